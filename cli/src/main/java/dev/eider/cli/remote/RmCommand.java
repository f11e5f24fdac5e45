package dev.eider.cli.remote;

import dev.eider.client.EiderClient;
import dev.eider.v1.DeleteRunResponse;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Deletes runs. Owned by the main thread. */
@Command(
    name = "rm",
    description = {
      "Deletes runs for good, one after another; ends at the first that cannot be deleted.",
      "Their ids are not used again. What their forks inherit is kept for these."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class RmCommand extends DaemonCommand {
  @Parameters(paramLabel = "RUN", arity = "1..*", description = "The runs to delete.")
  private List<String> runIds = new ArrayList<>();

  @Option(
      names = "--force",
      description = "Also runs that are open, or that have forks; without it they are refused.")
  private boolean force;

  @Mixin private DaemonOptions daemon = new DaemonOptions();

  @Override
  public Integer call() {
    try (EiderClient client = daemon.connect()) {
      for (String runId : runIds) {
        print(client.deleteRun(runId, force));
        out().flush();
      }
      return 0;
    }
  }

  private void print(DeleteRunResponse deleted) {
    if (daemon.json()) {
      out().println(Json.whole(deleted));
    } else {
      printf(
          "run %s is deleted%s%n",
          deleted.getRun().getRunId(),
          deleted.getKeptForForks() ? "; what its forks inherit is kept for them" : "");
    }
  }
}
