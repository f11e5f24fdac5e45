package dev.eider.client;

import dev.eider.v1.EventEnvelope;
import io.grpc.Status;

/**
 * How far a reader has come in a run, and the check that it misses nothing and sees nothing twice.
 * Not thread-safe: belongs to the reader's consuming thread.
 */
final class ReadCursor {
  private final String runId;
  private final boolean filtered;
  private long lastSeq;
  private long scannedSeq;

  /**
   * Begins after a seq.
   *
   * @param filtered whether seqs may be left out
   */
  ReadCursor(String runId, long afterSeq, boolean filtered) {
    this.runId = runId;
    this.lastSeq = afterSeq;
    this.scannedSeq = afterSeq;
    this.filtered = filtered;
  }

  /**
   * Moves on to an event.
   *
   * @throws EiderException DATA_LOSS if it is not of this run or not what comes next
   */
  void accept(EventEnvelope envelope) {
    long seq = envelope.getSeq();
    boolean comesNext = filtered ? seq > lastSeq : seq == lastSeq + 1;
    if (!comesNext || !envelope.getRunId().equals(runId)) {
      throw violation(
          "seq %d of run %s came after seq %d".formatted(seq, envelope.getRunId(), lastSeq));
    }
    lastSeq = seq;
    scannedSeq = Math.max(scannedSeq, seq);
  }

  /** Notes that every match up to a seq has been sent. */
  void scanned(long seq) {
    scannedSeq = Math.max(scannedSeq, seq);
  }

  /**
   * Checks that nothing is missing at the end.
   *
   * @throws EiderException DATA_LOSS if the run's last events have not come
   */
  void closedAt(long finalSeq) {
    if (!filtered && finalSeq != lastSeq) {
      throw violation("the run was closed at seq %d after seq %d".formatted(finalSeq, lastSeq));
    }
  }

  /** The seq after which a new stream must begin. */
  long resumeAfter() {
    return scannedSeq;
  }

  private EiderException violation(String what) {
    return EiderException.local(Status.Code.DATA_LOSS, "reading run %s: %s".formatted(runId, what));
  }
}
