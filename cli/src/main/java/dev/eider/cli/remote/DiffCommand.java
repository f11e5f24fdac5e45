package dev.eider.cli.remote;

import dev.eider.cli.print.TextTable;
import dev.eider.client.EiderClient;
import dev.eider.v1.DiffRunsRequest;
import dev.eider.v1.DiffRunsResponse;
import dev.eider.v1.DiffRunsResponse.DiffPlace;
import dev.eider.v1.DiffRunsResponse.DiffSummary;
import dev.eider.v1.DiffRunsResponse.Divergence;
import dev.eider.v1.DiffRunsResponse.KindCounts;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Compares two runs. Owned by the main thread. */
@Command(
    name = "diff",
    description = {
      "Says where two runs first differ, and counts the events of each.",
      "Exit code 0 when they are equal, 3 when they differ."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class DiffCommand extends DaemonCommand {
  private static final int DIFFERENT = 3;

  @Parameters(index = "0", paramLabel = "LEFT", description = "One run.")
  private String left = "";

  @Parameters(index = "1", paramLabel = "RIGHT", description = "The other run.")
  private String right = "";

  @Option(names = "--inherited", description = "Compares them with what they inherit.")
  private boolean inherited;

  @Option(names = "--turns", description = "Counts by turn, too.")
  private boolean byTurn;

  @Mixin private FilterOptions filter = new FilterOptions();
  @Mixin private DaemonOptions daemon = new DaemonOptions();

  private final TreeMap<Integer, long[]> turns = new TreeMap<>();

  @Override
  public Integer call() {
    DiffRunsRequest request =
        DiffRunsRequest.newBuilder()
            .setLeftRunId(left)
            .setRightRunId(right)
            .setIncludeInherited(inherited)
            .setFilter(filter.filter())
            .build();
    try (EiderClient client = daemon.connect()) {
      DiffSummary summary = client.diffRuns(request, this::take);
      return summary.getEqual() ? 0 : DIFFERENT;
    }
  }

  private void take(DiffRunsResponse response) {
    if (daemon.json()) {
      out().println(Json.whole(response));
      return;
    }
    switch (response.getResponseCase()) {
      case DIVERGENCE -> print(response.getDivergence());
      case TURN -> add(response.getTurn().getT(), response.getTurn().getKindsList());
      case SUMMARY -> print(response.getSummary());
      case RESPONSE_NOT_SET -> {}
    }
  }

  private void print(Divergence divergence) {
    printf(
        "differ in %s after %d equal events%n",
        divergence.getDifference().name().replace("DIFFERENCE_", "").toLowerCase(Locale.ROOT),
        divergence.getEqualCount());
    printf("  left   %s%n", divergence.hasLeft() ? place(divergence.getLeft()) : "has ended");
    printf("  right  %s%n", divergence.hasRight() ? place(divergence.getRight()) : "has ended");
  }

  private static String place(DiffPlace place) {
    return "%s seq %d, t %d, agent %s, %s"
        .formatted(
            place.getRunId(),
            place.getSeq(),
            place.getT(),
            place.getAgentId().isEmpty() ? "-" : place.getAgentId(),
            place.getKind());
  }

  private void add(int turn, List<KindCounts> kinds) {
    if (byTurn) {
      long[] counts = turns.computeIfAbsent(turn, t -> new long[2]);
      kinds.forEach(kind -> counts[0] += kind.getLeftCount());
      kinds.forEach(kind -> counts[1] += kind.getRightCount());
    }
  }

  private void print(DiffSummary summary) {
    if (summary.getEqual()) {
      printf("equal: %d events%n", summary.getEqualCount());
    }
    TextTable kinds = TextTable.of("KIND", ">LEFT", ">RIGHT");
    summary
        .getKindsList()
        .forEach(kind -> kinds.add(kind.getKind(), kind.getLeftCount(), kind.getRightCount()));
    kinds.printTo(out());
    if (byTurn) {
      TextTable table = TextTable.of(">TURN", ">LEFT", ">RIGHT");
      turns.forEach((turn, counts) -> table.add(turn, counts[0], counts[1]));
      table.printTo(out());
    }
  }
}
