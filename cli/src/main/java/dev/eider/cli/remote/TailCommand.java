package dev.eider.cli.remote;

import dev.eider.client.EiderClient;
import dev.eider.client.RunSubscription;
import dev.eider.v1.SubscribeRequest;
import dev.eider.v1.SubscribeResponse.RunClosed;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Follows a run, or all of them. Owned by the main thread. */
@Command(
    name = "tail",
    description =
        "Prints a run's events, past and future, until it is closed; or those of all runs.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class TailCommand extends DaemonCommand {
  @Parameters(paramLabel = "RUN", arity = "0..1", description = "The run; or --all.")
  private String runId = "";

  @Option(names = "--after", paramLabel = "SEQ", description = "Only events after this seq.")
  private long afterSeq;

  @Option(names = "--inherited", description = "Begins with what a fork inherits.")
  private boolean inherited;

  @Option(names = "--wait", description = "Waits for a run that is not there yet.")
  private boolean waitForRun;

  @Mixin private AllRunsOptions allRuns = new AllRunsOptions();
  @Mixin private FilterOptions filter = new FilterOptions();
  @Mixin private DaemonOptions daemon = new DaemonOptions();

  @Override
  public Integer call() {
    requireOneKind();
    if (allRuns.areAsked()) {
      try (EiderClient client = daemon.connect()) {
        allRuns.follow(client, filter.filter(), new EventPrinter(out(), daemon.json(), ""));
        return 0;
      }
    }
    SubscribeRequest request =
        SubscribeRequest.newBuilder()
            .setRunId(runId)
            .setAfterSeq(afterSeq)
            .setIncludeInherited(inherited)
            .setWaitForRun(waitForRun)
            .setFilter(filter.filter())
            .build();
    EventPrinter printer = new EventPrinter(out(), daemon.json(), runId);
    try (EiderClient client = daemon.connect();
        RunSubscription events = client.subscribe(request)) {
      if (printer.printAll(events) && !daemon.json()) {
        events.runClosed().ifPresent(this::printEnd);
      }
      return 0;
    }
  }

  private void requireOneKind() {
    boolean isOfOneRun = afterSeq != 0 || inherited || waitForRun;
    if (allRuns.areAsked() == !runId.isEmpty()) {
      throw usage("name a RUN or use --all");
    }
    if (allRuns.areAsked() && isOfOneRun) {
      throw usage("--after, --inherited and --wait are for one RUN, not for --all");
    }
    if (!allRuns.areAsked() && allRuns.needAll()) {
      throw usage("--label, --token-file and --no-follow need --all");
    }
  }

  private void printEnd(RunClosed closed) {
    printf(
        "-- closed as %s after seq %d%n",
        closed.getOutcome().name().replace("RUN_OUTCOME_", "").toLowerCase(Locale.ROOT),
        closed.getFinalSeq());
  }
}
