package dev.eider.server.read.diff;

import dev.eider.v1.DiffRunsResponse;
import dev.eider.v1.DiffRunsResponse.KindCounts;
import dev.eider.v1.DiffRunsResponse.TurnCounts;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Counts the events of both sides of a diff, by kind and by turn. Runs may have any number of
 * turns, so only {@link #TURNS_MAX} are counted at a time, the newest: a turn that falls out is
 * handed over, and counted anew if another event of it comes. Owned by the diff.
 */
final class DiffCounts {
  static final int TURNS_MAX = 500;

  private static final int LEFT = 0;
  private static final int RIGHT = 1;

  private final Map<String, long[]> totals = new TreeMap<>();
  private final TreeMap<Integer, Map<String, long[]>> turns = new TreeMap<>();
  private final Consumer<DiffRunsResponse> onTurn;

  /** Has {@code onTurn} take the turns that are counted. */
  DiffCounts(Consumer<DiffRunsResponse> onTurn) {
    this.onTurn = onTurn;
  }

  void add(List<ComparedEvent> events, boolean isLeft) {
    int side = isLeft ? LEFT : RIGHT;
    for (ComparedEvent event : events) {
      totals.computeIfAbsent(event.kind(), kind -> new long[2])[side]++;
      turns.computeIfAbsent(event.t(), t -> new TreeMap<>())
          .computeIfAbsent(event.kind(), kind -> new long[2])[side]++;
      if (turns.size() > TURNS_MAX) {
        handOverOldest();
      }
    }
  }

  /** Hands over the turns that are left, in their order. */
  void handOverTurns() {
    while (!turns.isEmpty()) {
      handOverOldest();
    }
  }

  List<KindCounts> totals() {
    return counts(totals);
  }

  private void handOverOldest() {
    Iterator<Map.Entry<Integer, Map<String, long[]>>> oldestFirst = turns.entrySet().iterator();
    Map.Entry<Integer, Map<String, long[]>> oldest = oldestFirst.next();
    TurnCounts turn =
        TurnCounts.newBuilder()
            .setT(oldest.getKey())
            .addAllKinds(counts(oldest.getValue()))
            .build();
    oldestFirst.remove();
    onTurn.accept(DiffRunsResponse.newBuilder().setTurn(turn).build());
  }

  private static List<KindCounts> counts(Map<String, long[]> byKind) {
    return byKind.entrySet().stream()
        .map(
            kind ->
                KindCounts.newBuilder()
                    .setKind(kind.getKey())
                    .setLeftCount(kind.getValue()[LEFT])
                    .setRightCount(kind.getValue()[RIGHT])
                    .build())
        .toList();
  }
}
