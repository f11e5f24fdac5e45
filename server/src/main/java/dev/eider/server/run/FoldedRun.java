package dev.eider.server.run;

import dev.eider.server.event.RunDigest;
import dev.eider.server.event.RunId;
import dev.eider.v1.RunOutcome;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything known of a run after its records up to {@code lastPosition}. Immutable; {@link Fold}
 * makes the next one.
 *
 * @param opening the time, origin and request of its opening
 * @param totals the sums of the events published to it
 * @param ending its outcome, and whether it is gone
 * @param firstPosition log position of the opening record; negative for a run in a library
 * @param lastPosition log position of the latest record; likewise
 */
public record FoldedRun(
    RunId runId,
    Opening opening,
    Totals totals,
    Ending ending,
    long firstPosition,
    long lastPosition) {
  /**
   * The fixed part of what a run takes in the hub and the persister. With one producer 952 bytes
   * were measured, of one object instead of the four that now take 24 more. The persister has a run
   * of its own only while it lacks records of it, which are counted themselves.
   */
  private static final int RUN_BYTES = 664;

  /** The position of a run that is not in the log. */
  private static final long NOWHERE = -1;

  /** The bytes that a label takes besides its characters. */
  private static final int LABEL_BYTES = 128;

  /** The bytes of a fork's entry among those of its parent. */
  private static final int FORK_BYTES = 200;

  /** Returns a run as its opening record leaves it. */
  static FoldedRun opened(RunId runId, Opening opening, long position) {
    return new FoldedRun(runId, opening, Totals.none(runId), Ending.NONE, position, position);
  }

  /** Returns a run of which no more is known than that it is gone. */
  public static FoldedRun goneUnseen(RunId runId, long position, Deletion deletion) {
    return opened(runId, Opening.UNKNOWN, position).deleted(position, deletion);
  }

  /** Returns the run after a record that published events. */
  FoldedRun published(Totals now, long position) {
    return new FoldedRun(runId, opening, now, ending, firstPosition, position);
  }

  /** Returns the run after a record that closed it. */
  FoldedRun closed(RunOutcome outcome, long timeUs, long position) {
    Ending closed = new Ending(outcome, timeUs, Deletion.NONE);
    return new FoldedRun(runId, opening, totals, closed, firstPosition, position);
  }

  /** Returns the same run as a deleted one. */
  public FoldedRun deleted(long position, Deletion as) {
    return new FoldedRun(runId, opening, totals, ending.deleted(as), firstPosition, position);
  }

  /** Returns the same run as one that a single record of the log brought. */
  FoldedRun at(long position) {
    return new FoldedRun(runId, opening, totals, ending, position, position);
  }

  /** Returns the same run as one of a library: it is read from a file and is not in the log. */
  public FoldedRun inLibrary() {
    return at(NOWHERE);
  }

  /**
   * Returns the same run as one of a library of which readers may know another edition: its file
   * was changed. The edition stands for the position that the run does not have.
   *
   * @param edition counted from 0, which is that of {@link #inLibrary}
   */
  public FoldedRun inLibrary(long edition) {
    return new FoldedRun(runId, opening, totals, ending, NOWHERE, NOWHERE - edition);
  }

  /** Returns whether the run is in a library, so that it cannot be changed. */
  public boolean isInLibrary() {
    return firstPosition == NOWHERE;
  }

  /** Returns whether the run was known when it was deleted; true for one that is not. */
  public boolean isSeen() {
    return !isDeleted() || firstPosition < lastPosition;
  }

  /** Returns whether the run takes events. */
  public boolean isOpen() {
    return outcome() == RunOutcome.RUN_OUTCOME_UNSPECIFIED && !isDeleted();
  }

  /** Returns whether the run is gone, so that readers must not find it. */
  public boolean isDeleted() {
    return deletion() != Deletion.NONE;
  }

  /** Returns roughly the bytes of memory of the run besides its events, in hub and persister. */
  public long memoryBytes() {
    long bytes = RUN_BYTES + 2L * runId.value().length() + 2L * requestId().length();
    for (Map.Entry<String, String> label : labels().entrySet()) {
      bytes += LABEL_BYTES + label.getKey().length() + label.getValue().length();
    }
    return bytes + (parent() == null ? 0 : FORK_BYTES) + producers().memoryBytes();
  }

  /** Returns the first ancestor; the run itself when it is no fork. */
  public RunId rootRunId() {
    Parent parent = parent();
    return parent == null ? runId : parent.rootRunId();
  }

  public long createTimeUs() {
    return opening.timeUs();
  }

  public @Nullable Parent parent() {
    return opening.parent();
  }

  public Map<String, String> labels() {
    return opening.labels();
  }

  public String requestId() {
    return opening.requestId();
  }

  public byte[] requestHash() {
    return opening.requestHash();
  }

  public long headSeq() {
    return totals.headSeq();
  }

  public int lastT() {
    return totals.lastT();
  }

  public double costUsd() {
    return totals.costUsd();
  }

  public byte[] digest() {
    return totals.digest();
  }

  public ProducerTable producers() {
    return totals.producers();
  }

  public RunOutcome outcome() {
    return ending.outcome();
  }

  public long closeTimeUs() {
    return ending.timeUs();
  }

  public Deletion deletion() {
    return ending.deletion();
  }

  /**
   * The opening of a run. Immutable.
   *
   * @param timeUs microseconds since 1970 UTC
   * @param requestId empty when the opening request had none
   */
  @SuppressWarnings("ArrayRecordComponent") // never written to after construction
  public record Opening(
      long timeUs,
      @Nullable Parent parent,
      Map<String, String> labels,
      String requestId,
      byte[] requestHash) {
    static final Opening UNKNOWN = without(0, null, Map.of());

    /** Returns an opening by no request that could be repeated. */
    public static Opening without(
        long timeUs, @Nullable Parent parent, Map<String, String> labels) {
      return new Opening(timeUs, parent, labels, "", new byte[0]);
    }
  }

  /**
   * The sums of what was published to a run. Immutable.
   *
   * @param headSeq 0 for a run without events
   * @param lastT the largest t, -1 for a run without events
   * @param producers who published it, as far as they said so
   */
  @SuppressWarnings("ArrayRecordComponent") // never written to after construction
  public record Totals(
      long headSeq, int lastT, double costUsd, byte[] digest, ProducerTable producers) {
    static Totals none(RunId runId) {
      return new Totals(0, -1, 0, RunDigest.initial(runId), ProducerTable.EMPTY);
    }
  }

  /**
   * The end of a run. Immutable.
   *
   * @param outcome unspecified while the run is open
   * @param timeUs when it was closed, microseconds since 1970 UTC; 0 while it is open
   * @param deletion whether the run is gone
   */
  public record Ending(RunOutcome outcome, long timeUs, Deletion deletion) {
    /** Of a run that is open. */
    static final Ending NONE = new Ending(RunOutcome.RUN_OUTCOME_UNSPECIFIED, 0, Deletion.NONE);

    /** Returns the ending of a run that was closed, or that of an open one. */
    public static Ending of(RunOutcome outcome, long timeUs) {
      return outcome == RunOutcome.RUN_OUTCOME_UNSPECIFIED
          ? NONE
          : new Ending(outcome, timeUs, Deletion.NONE);
    }

    Ending deleted(Deletion as) {
      return new Ending(outcome, timeUs, as);
    }
  }

  /** Whether a run is gone, and what is kept of it. */
  public enum Deletion {
    NONE,
    /** The run is gone, and no fork inherited from it then. */
    GONE,
    /** The run is gone, but for what its forks inherit. */
    KEPT
  }
}
