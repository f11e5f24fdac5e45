package dev.eider.server.run;

import dev.eider.server.event.EncodedEvent;
import dev.eider.server.event.RunId;
import dev.eider.v1.RunOutcome;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A step in the life of one run. The parts that are present take effect together, in the order
 * opened, published, closed, deleted. Immutable.
 */
public record StepRecord(
    RunId runId,
    long timeUs,
    @Nullable Opened opened,
    @Nullable Published published,
    @Nullable Closed closed,
    @Nullable Deleted deleted)
    implements RunRecord {

  /** A record of a run that goes on. */
  public StepRecord(
      RunId runId,
      long timeUs,
      @Nullable Opened opened,
      @Nullable Published published,
      @Nullable Closed closed) {
    this(runId, timeUs, opened, published, closed, null);
  }

  @Override
  public long firstSeq() {
    return published == null ? 0 : published.firstSeq();
  }

  /**
   * The run begins.
   *
   * @param requestId empty when the caller gave none
   * @param requestHash tells a repeat of the opening request from a conflict; empty when a publish
   *     opened the run
   */
  @SuppressWarnings("ArrayRecordComponent") // written once, read by Fold only
  public record Opened(
      Map<String, String> labels, String requestId, byte[] requestHash, @Nullable Parent parent) {}

  /** Events with consecutive seqs from {@code firstSeq}; at least one. */
  public record Published(
      long firstSeq, @Nullable ProducerStamp producer, List<EncodedEvent> events) {
    public long lastSeq() {
      return firstSeq + events.size() - 1;
    }
  }

  /** The run ends for good. */
  public record Closed(RunOutcome outcome) {}

  /**
   * The run is gone for good.
   *
   * @param kept whether forks inherit from it, so that what they inherit is kept
   */
  public record Deleted(boolean kept) {}
}
