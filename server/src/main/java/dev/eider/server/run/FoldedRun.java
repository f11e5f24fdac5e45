package dev.eider.server.run;

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
 * @param firstPosition log position of the opening record
 * @param lastPosition log position of the latest record
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
    long lastPosition) {
  /**
   * What a run costs in the hub, and its place in the persister, without what varies. As measured
   * with a producer: 952 bytes. The persister has a run of its own only while it lacks records of
   * it, which are counted themselves.
   */
  private static final int RUN_BYTES = 640;

  /** What a label costs besides its characters. */
  private static final int LABEL_BYTES = 128;

  /** Says whether the run takes events. */
  public boolean isOpen() {
    return outcome == RunOutcome.RUN_OUTCOME_UNSPECIFIED;
  }

  /** Roughly what the run takes in memory besides its events, the persister's share included. */
  public long memoryBytes() {
    long bytes = RUN_BYTES + 2L * runId.value().length() + 2L * requestId.length();
    for (Map.Entry<String, String> label : labels.entrySet()) {
      bytes += LABEL_BYTES + label.getKey().length() + label.getValue().length();
    }
    return bytes + producers.memoryBytes();
  }

  /** The first ancestor; the run itself when it is no fork. */
  public RunId rootRunId() {
    return parent == null ? runId : parent.rootRunId();
  }
}
