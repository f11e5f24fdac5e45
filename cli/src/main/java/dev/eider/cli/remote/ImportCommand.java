package dev.eider.cli.remote;

import dev.eider.client.EiderClient;
import dev.eider.v1.ImportRunsResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Has a daemon take in files of runs. Owned by the main thread. */
@Command(
    name = "import",
    description =
        "Has a running daemon take in the runs of files: what export made, or DuckDB files with the"
            + " older table events. Of each file all runs or none; the first that is refused ends"
            + " it.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class ImportCommand extends DaemonCommand {
  @Parameters(paramLabel = "FILE", arity = "1..*", description = "The files.")
  private List<Path> files = new ArrayList<>();

  @Mixin private DaemonOptions daemon = new DaemonOptions();

  @Override
  public Integer call() throws IOException {
    for (Path file : files) {
      if (!Files.isRegularFile(file)) {
        throw usage(file + " is no file");
      }
    }
    try (EiderClient client = daemon.connect()) {
      for (Path file : files) {
        ImportRunsResponse done = client.importRuns(file, new Progress("import of " + file, err()));
        if (daemon.json()) {
          out().println(Json.whole(done));
        } else {
          printf("%s: %d runs with %d events%n", file, done.getRunCount(), done.getEventCount());
        }
        out().flush();
      }
    }
    return 0;
  }
}
