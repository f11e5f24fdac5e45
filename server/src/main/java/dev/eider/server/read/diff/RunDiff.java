package dev.eider.server.read.diff;

import dev.eider.server.base.Registration;
import dev.eider.server.base.ResponseStream;
import dev.eider.server.event.EventMatcher;
import dev.eider.server.event.RunId;
import dev.eider.server.read.Readers;
import dev.eider.server.read.StreamReader;
import dev.eider.server.read.diff.DiffSide.ComparedEvent;
import dev.eider.server.read.history.RunHistory;
import dev.eider.server.read.history.RunHistory.PageSize;
import dev.eider.v1.DiffRunsResponse;
import dev.eider.v1.DiffRunsResponse.DiffSummary;
import dev.eider.v1.DiffRunsResponse.Divergence;
import dev.eider.v1.DiffRunsResponse.KindCounts;
import dev.eider.v1.DiffRunsResponse.TurnCounts;
import dev.eider.v1.Difference;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One caller's comparison of two runs: the n-th event of one with the n-th of the other, in pages.
 *
 * <p>A step reads a page of one side at a time, keeps of each event only what is compared, and
 * drops what has been compared with an equal. So it takes the same memory however long the runs
 * are, and a run that is being published costs it nothing: both are read up to the head that they
 * had at the beginning.
 */
public final class RunDiff extends StreamReader {
  private static final int PAGE_EVENTS = 500;

  private final Request request;
  private final ResponseStream<DiffRunsResponse> responses;
  private final DiffSide left;
  private final DiffSide right;
  private final Deque<DiffRunsResponse> outbox = new ArrayDeque<>();
  private final DiffCounts counts = new DiffCounts(outbox::add);
  private final Registration counted;
  private boolean isSummed;
  private @Nullable Divergence divergence;
  private long equalCount;

  /** Throws OVERLOADED if there are as many as may be. */
  public RunDiff(Request request, ResponseStream<DiffRunsResponse> responses, Readers readers) {
    super(readers.pools(), readers.registry(), responses);
    this.request = request;
    this.responses = responses;
    left = side(request.left(), readers.history());
    right = side(request.right(), readers.history());
    counted = readers.registry().addDiff();
  }

  private DiffSide side(RunId runId, RunHistory history) {
    return new DiffSide(history, runId, request.includeInherited(), request.matcher());
  }

  @Override
  protected Next step(boolean mayBlock) {
    while (!outbox.isEmpty() && responses.isReady()) {
      responses.next(outbox.removeFirst());
    }
    if (!outbox.isEmpty() || isOver()) {
      return Next.PARK;
    }
    if (isSummed) {
      return complete();
    }
    if (!mayBlock) {
      return Next.COLD;
    }
    left.begin();
    right.begin();
    left.requireThere();
    right.requireThere();
    readOn(left, true);
    readOn(right, false);
    compare();
    if (left.isAtEnd() && right.isAtEnd()) {
      left.requireThere();
      right.requireThere();
      counts.handOverTurns();
      outbox.add(summary());
      isSummed = true;
    }
    return Next.COLD;
  }

  @Override
  protected void release() {
    counted.close();
  }

  private void readOn(DiffSide side, boolean isLeft) {
    counts.add(side.readOn(new PageSize(PAGE_EVENTS, pageBytesMax())), isLeft);
  }

  private void compare() {
    ComparedEvent onLeft = left.peek();
    ComparedEvent onRight = right.peek();
    while (onLeft != null && onRight != null) {
      compare(onLeft, onRight);
      left.drop();
      right.drop();
      onLeft = left.peek();
      onRight = right.peek();
    }
    if (onLeft != null && right.isAtEnd()) {
      diverge(onLeft, null, Difference.DIFFERENCE_END);
      left.dropAll();
    } else if (onRight != null && left.isAtEnd()) {
      diverge(null, onRight, Difference.DIFFERENCE_END);
      right.dropAll();
    }
  }

  private void compare(ComparedEvent onLeft, ComparedEvent onRight) {
    Difference difference = onLeft.differenceTo(onRight);
    if (difference != Difference.DIFFERENCE_UNSPECIFIED) {
      diverge(onLeft, onRight, difference);
    } else if (divergence == null) {
      equalCount++;
    }
  }

  private void diverge(
      @Nullable ComparedEvent onLeft, @Nullable ComparedEvent onRight, Difference difference) {
    if (divergence != null) {
      return;
    }
    Divergence.Builder found =
        Divergence.newBuilder().setDifference(difference).setEqualCount(equalCount);
    if (onLeft != null) {
      found.setLeft(onLeft.place());
    }
    if (onRight != null) {
      found.setRight(onRight.place());
    }
    divergence = found.build();
    outbox.add(DiffRunsResponse.newBuilder().setDivergence(divergence).build());
  }

  private DiffRunsResponse summary() {
    return DiffRunsResponse.newBuilder()
        .setSummary(
            DiffSummary.newBuilder()
                .setEqual(divergence == null)
                .setEqualCount(equalCount)
                .setLeftHeadSeq(left.headSeq())
                .setRightHeadSeq(right.headSeq())
                .addAllKinds(counts.totals()))
        .build();
  }

  /** What a caller wants, checked: runs, with what they inherit or without, and which events. */
  public record Request(RunId left, RunId right, boolean includeInherited, EventMatcher matcher) {}

  /**
   * Counts the events of both sides of a diff, by kind and by turn. Runs may have any number of
   * turns, so only {@link #TURNS_MAX} are counted at a time, the newest: a turn that falls out is
   * handed over, and counted anew if another event of it comes. Owned by the diff.
   */
  private static final class DiffCounts {
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
}
