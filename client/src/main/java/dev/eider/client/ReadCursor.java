package dev.eider.client;

import dev.eider.v1.EventEnvelope;
import io.grpc.Status;

/**
 * The progress of a reader in a run. Checks that no event is missing or comes twice. A reader that
 * includes inherited events gets one run after another, the run itself last, and the seqs begin
 * again with each. Not thread-safe: owned by the reader's consuming thread.
 */
final class ReadCursor {
  private final String runId;
  private final boolean inherited;
  private final boolean filtered;

  /** The run being read; empty until the first event, if only that can tell. */
  private String currentRunId;

  private long lastSeq;
  private ResumePoint scanned;

  /** Creates a cursor at the start of a source. */
  ReadCursor(StreamSource source) {
    this.runId = source.runId();
    this.inherited = source.inherited();
    this.filtered = source.filtered();
    boolean anyRun = inherited && source.after().runId().isEmpty() && source.after().seq() == 0;
    this.currentRunId =
        anyRun || !source.after().runId().isEmpty() ? source.after().runId() : runId;
    this.lastSeq = source.after().seq();
    this.scanned = source.after();
  }

  /** Advances to an event; throws DATA_LOSS if it is of another run or not the next. */
  void accept(EventEnvelope envelope) {
    long seq = envelope.getSeq();
    boolean sameRun = envelope.getRunId().equals(currentRunId);
    long beforeSeq = sameRun ? lastSeq : 0;
    boolean comesNext = filtered ? seq > beforeSeq : seq == beforeSeq + 1;
    if (!comesNext || !(sameRun || mayFollow())) {
      throw violation(
          "seq %d of run %s came after seq %d%s"
              .formatted(seq, envelope.getRunId(), lastSeq, sameRun ? "" : ofCurrentRun()));
    }
    currentRunId = envelope.getRunId();
    lastSeq = seq;
    scanned(currentRunId, seq);
  }

  /** Records that all matches up to a seq were sent; an empty id is that of the run itself. */
  void scanned(String ofRunId, long seq) {
    String scannedRunId = inherited ? ofRunId : "";
    if (!scannedRunId.equals(scanned.runId()) || seq > scanned.seq()) {
      scanned = new ResumePoint(scannedRunId, seq);
    }
  }

  /** Requires that the run's last events have arrived; throws DATA_LOSS if not. */
  void closedAt(long finalSeq) {
    if (!filtered && !(finalSeq == lastSeq && currentRunId.equals(runId))) {
      throw violation(
          "the run was closed at seq %d after seq %d%s"
              .formatted(finalSeq, lastSeq, currentRunId.equals(runId) ? "" : ofCurrentRun()));
    }
  }

  /** Returns the point after which a new stream must begin. */
  ResumePoint resumeAfter() {
    return scanned;
  }

  /** Returns whether another run may come next: only until the run itself has begun. */
  private boolean mayFollow() {
    return inherited && !currentRunId.equals(runId);
  }

  private String ofCurrentRun() {
    return currentRunId.isEmpty() ? "" : " of run " + currentRunId;
  }

  private EiderException violation(String what) {
    return EiderException.local(Status.Code.DATA_LOSS, "reading run %s: %s".formatted(runId, what));
  }
}
