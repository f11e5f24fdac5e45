package dev.eider.cli.remote;

import dev.eider.cli.print.TextTable;
import dev.eider.client.EiderClient;
import dev.eider.v1.Libraries;
import dev.eider.v1.Libraries.LeftOut;
import dev.eider.v1.Run;
import dev.eider.v1.RunFilter;
import dev.eider.v1.RunState;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists runs. Owned by the main thread. */
@Command(
    name = "runs",
    description = "Lists runs, newest first.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class RunsCommand extends DaemonCommand {
  private static final int LIMIT_DEFAULT = 100;

  @Option(
      names = "--state",
      paramLabel = "STATE",
      description = "Only runs that are ${COMPLETION-CANDIDATES}.")
  private @Nullable State state;

  @Option(
      names = "--label",
      paramLabel = "KEY=VALUE",
      description = "Only runs with this label; may be repeated.")
  private Map<String, String> labels = new LinkedHashMap<>();

  @Option(
      names = "--parent",
      paramLabel = "RUN",
      description = "Only the direct forks of this run.")
  private String parent = "";

  @Option(
      names = "--root",
      paramLabel = "RUN",
      description = "Only this first ancestor and everything forked from it, at any depth.")
  private String root = "";

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "At most so many; 0 for all. Default: " + LIMIT_DEFAULT + ".")
  private int limit = LIMIT_DEFAULT;

  @Mixin private DaemonOptions daemon = new DaemonOptions();

  @Override
  public Integer call() {
    try (EiderClient client = daemon.connect()) {
      List<Run> runs = client.listRuns(filter(), limit <= 0 ? Integer.MAX_VALUE : limit);
      if (daemon.json()) {
        runs.forEach(run -> out().println(Json.whole(run)));
      } else {
        print(runs);
      }
      tellOf(client.serverInfo().getLibraries());
      return 0;
    }
  }

  private RunFilter filter() {
    RunFilter.Builder filter =
        RunFilter.newBuilder().setParentRunId(parent).setRootRunId(root).putAllLabels(labels);
    if (state != null) {
      filter.setState(state == State.OPEN ? RunState.RUN_STATE_OPEN : RunState.RUN_STATE_CLOSED);
    }
    return filter.build();
  }

  private void print(List<Run> runs) {
    TextTable table =
        TextTable.of("RUN", "STATE", ">EVENTS", ">TURN", ">COST", "CREATED", "FORK OF", "LABELS");
    for (Run run : runs) {
      table.add(
          run.getRunId(),
          stateOf(run),
          run.getEventCount(),
          run.getLastT() < 0 ? "-" : run.getLastT(),
          String.format(Locale.ROOT, "%.4f", run.getCostUsd()),
          Instant.ofEpochSecond(run.getCreateTime().getSeconds()).truncatedTo(ChronoUnit.SECONDS),
          run.hasParentT() ? run.getParentRunId() + " at t " + run.getParentT() : "-",
          labelsOf(run));
    }
    table.printTo(out());
  }

  /** Whoever misses a run is to know why. */
  private void tellOf(Libraries libraries) {
    if (libraries.getIndexing()) {
      err().println("libraries: files are still being read, their runs are not listed yet");
    }
    for (LeftOut file : libraries.getLeftOutList()) {
      String what =
          file.getRunCount() == 0
              ? file.getFile()
              : "%s: %s%s".formatted(file.getFile(), file.getRunId(), others(file));
      err().println("libraries: left out: " + what + ": " + file.getReason());
    }
    long more = libraries.getLeftOutFiles() - libraries.getLeftOutCount();
    if (more > 0) {
      err().printf("libraries: left out: %d more files%n", more);
    }
  }

  private static String others(LeftOut run) {
    return run.getRunCount() > 1 ? " and %d others".formatted(run.getRunCount() - 1) : "";
  }

  private static String stateOf(Run run) {
    String state =
        run.getState() == RunState.RUN_STATE_OPEN
            ? "open"
            : run.getOutcome().name().replace("RUN_OUTCOME_", "").toLowerCase(Locale.ROOT);
    return run.getInLibrary() ? state + ", library" : state;
  }

  private static String labelsOf(Run run) {
    return run.getLabelsMap().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(label -> label.getKey() + "=" + label.getValue())
        .collect(Collectors.joining(" "));
  }

  /** A run's state, in the words of the command line. */
  enum State {
    OPEN,
    CLOSED;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
