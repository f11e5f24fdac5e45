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
 * @param outcome unspecified while the run is open
 * @param headSeq 0 for a run without events
 * @param lastT the largest t, -1 for a run without events
 * @param createTimeUs microseconds since 1970 UTC
 * @param closeTimeUs 0 while the run is open
 * @param requestId empty when the opening request had none
 * @param firstPosition log position of the opening record; negative for a run in a library
 * @param lastPosition log position of the latest record; likewise
 * @param deletion whether the run is gone
 */
@SuppressWarnings("ArrayRecordComponent") // never written to after construction
public record FoldedRun(
    RunId runId,
    RunOutcome outcome,
    long headSeq,
    int lastT,
    long createTimeUs,
    long closeTimeUs,
    @Nullable Parent parent,
    Map<String, String> labels,
    String requestId,
    byte[] requestHash,
    double costUsd,
    byte[] digest,
    ProducerTable producers,
    long firstPosition,
    long lastPosition,
    Deletion deletion) {
  /** Whether a run is gone. */
  public enum Deletion {
    NONE,
    /** The run is gone, and no fork inherited from it then. */
    GONE,
    /** The run is gone, but for what its forks inherit. */
    KEPT
  }

  /**
   * The fixed part of what a run takes in the hub and the persister; 952 bytes were measured with
   * one producer. The persister has a run of its own only while it lacks records of it, which are
   * counted themselves.
   */
  private static final int RUN_BYTES = 640;

  /** The position of a run that is not in the log. */
  private static final long NOWHERE = -1;

  /** The bytes that a label takes besides its characters. */
  private static final int LABEL_BYTES = 128;

  /** The bytes of a fork's entry among those of its parent. */
  private static final int FORK_BYTES = 200;

  /** Makes a run that is not deleted. */
  public FoldedRun(
      RunId runId,
      RunOutcome outcome,
      long headSeq,
      int lastT,
      long createTimeUs,
      long closeTimeUs,
      @Nullable Parent parent,
      Map<String, String> labels,
      String requestId,
      byte[] requestHash,
      double costUsd,
      byte[] digest,
      ProducerTable producers,
      long firstPosition,
      long lastPosition) {
    this(
        runId,
        outcome,
        headSeq,
        lastT,
        createTimeUs,
        closeTimeUs,
        parent,
        labels,
        requestId,
        requestHash,
        costUsd,
        digest,
        producers,
        firstPosition,
        lastPosition,
        Deletion.NONE);
  }

  /** Returns a run of which no more is known than that it is gone. */
  public static FoldedRun goneUnseen(RunId runId, long position, Deletion deletion) {
    return new FoldedRun(
        runId,
        RunOutcome.RUN_OUTCOME_UNSPECIFIED,
        0,
        -1,
        0,
        0,
        null,
        Map.of(),
        "",
        new byte[0],
        0,
        RunDigest.initial(runId),
        ProducerTable.EMPTY,
        position,
        position,
        deletion);
  }

  /** Returns the same run as a deleted one. */
  public FoldedRun deleted(long position, Deletion as) {
    return at(firstPosition, position, as);
  }

  /**
   * Returns the same run as one of a library: it is read from a file and has no place in the log.
   */
  public FoldedRun inLibrary() {
    return at(NOWHERE, NOWHERE, deletion);
  }

  private FoldedRun at(long first, long last, Deletion as) {
    return new FoldedRun(
        runId,
        outcome,
        headSeq,
        lastT,
        createTimeUs,
        closeTimeUs,
        parent,
        labels,
        requestId,
        requestHash,
        costUsd,
        digest,
        producers,
        first,
        last,
        as);
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
    return outcome == RunOutcome.RUN_OUTCOME_UNSPECIFIED && !isDeleted();
  }

  /** Returns whether the run is gone, so that readers must not find it. */
  public boolean isDeleted() {
    return deletion != Deletion.NONE;
  }

  /** Returns roughly the bytes of memory of the run besides its events, in hub and persister. */
  public long memoryBytes() {
    long bytes = RUN_BYTES + 2L * runId.value().length() + 2L * requestId.length();
    for (Map.Entry<String, String> label : labels.entrySet()) {
      bytes += LABEL_BYTES + label.getKey().length() + label.getValue().length();
    }
    return bytes + (parent == null ? 0 : FORK_BYTES) + producers.memoryBytes();
  }

  /** Returns the first ancestor; the run itself when it is no fork. */
  public RunId rootRunId() {
    return parent == null ? runId : parent.rootRunId();
  }
}
