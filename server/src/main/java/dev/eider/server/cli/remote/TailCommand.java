package dev.eider.server.cli.remote;

import dev.eider.client.EiderClient;
import dev.eider.client.RunSubscription;
import dev.eider.v1.SubscribeRequest;
import dev.eider.v1.SubscribeResponse.RunClosed;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Follows a run. Owned by the main thread. */
@Command(
    name = "tail",
    description = "Prints a run's events, past and future, until it is closed.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class TailCommand implements Callable<Integer> {
  private final PrintWriter out;

  @Parameters(paramLabel = "RUN", description = "The run.")
  private String runId = "";

  @Option(names = "--after", paramLabel = "SEQ", description = "Only events after this seq.")
  private long afterSeq;

  @Option(names = "--inherited", description = "Begins with what a fork inherits.")
  private boolean inherited;

  @Option(names = "--wait", description = "Waits for a run that is not there yet.")
  private boolean waitForRun;

  @Mixin private FilterOptions filter = new FilterOptions();
  @Mixin private DaemonOptions daemon = new DaemonOptions();

  TailCommand(PrintWriter out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    SubscribeRequest request =
        SubscribeRequest.newBuilder()
            .setRunId(runId)
            .setAfterSeq(afterSeq)
            .setIncludeInherited(inherited)
            .setWaitForRun(waitForRun)
            .setFilter(filter.filter())
            .build();
    EventPrinter printer = new EventPrinter(out, daemon.json(), runId);
    try (EiderClient client = daemon.connect();
        RunSubscription events = client.subscribe(request)) {
      while (events.hasNext()) {
        if (!printer.print(events.next())) {
          return 0;
        }
      }
      if (!daemon.json()) {
        events.runClosed().ifPresent(this::printEnd);
      }
      return 0;
    }
  }

  private void printEnd(RunClosed closed) {
    out.printf(
        "-- closed as %s after seq %d%n",
        closed.getOutcome().name().replace("RUN_OUTCOME_", "").toLowerCase(Locale.ROOT),
        closed.getFinalSeq());
  }
}
