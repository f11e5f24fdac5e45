package dev.eider.cli.remote;

import dev.eider.client.EiderClient;
import dev.eider.client.RunSubscription;
import dev.eider.v1.ColdStreamRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Reads what DuckDB has of a run. Owned by the main thread. */
@Command(
    name = "cold",
    description = "Prints the events that DuckDB has of a run, and ends.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class ColdCommand extends DaemonCommand {
  @Parameters(paramLabel = "RUN", description = "The run.")
  private String runId = "";

  @Option(names = "--after", paramLabel = "SEQ", description = "Only events after this seq.")
  private long afterSeq;

  @Option(names = "--until", paramLabel = "SEQ", description = "Only events up to this seq.")
  private long untilSeq;

  @Option(names = "--inherited", description = "Begins with what a fork inherits.")
  private boolean inherited;

  @Mixin private FilterOptions filter = new FilterOptions();
  @Mixin private DaemonOptions daemon = new DaemonOptions();

  @Override
  public Integer call() {
    ColdStreamRequest request =
        ColdStreamRequest.newBuilder()
            .setRunId(runId)
            .setAfterSeq(afterSeq)
            .setUntilSeq(untilSeq)
            .setIncludeInherited(inherited)
            .setFilter(filter.filter())
            .build();
    EventPrinter printer = new EventPrinter(out(), daemon.json(), runId);
    try (EiderClient client = daemon.connect();
        RunSubscription events = client.coldStream(request)) {
      if (printer.printAll(events) && !daemon.json()) {
        events
            .end()
            .ifPresent(end -> printf("-- DuckDB has it up to seq %d%n", end.getPersistedSeq()));
      }
      return 0;
    }
  }
}
