package dev.eider.client;

import dev.eider.v1.EventEnvelope;
import io.grpc.Status;

/**
 * How far a reader has come in a run, and the check that it misses nothing and sees nothing twice.
 * Where it reads what the run inherits too, the runs follow one another, the run itself comes last,
 * and the seqs begin again with each. Not thread-safe: belongs to the reader's consuming thread.
 */
final class ReadCursor {
  private final String runId;
  private final boolean inherited;
  private final boolean filtered;

  /** The run that is being read; empty while only the first event can tell. */
  private String currentRunId;

  private long lastSeq;
  private ReadPlace scanned;

  /** Begins where a source begins. */
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

  /**
   * Moves on to an event.
   *
   * @throws EiderException DATA_LOSS if it is not of this run or not what comes next
   */
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

  /**
   * Notes that every match up to a seq has been sent.
   *
   * @param ofRunId the run that the seq is of; empty for the run itself
   */
  void scanned(String ofRunId, long seq) {
    String place = inherited ? ofRunId : "";
    if (!place.equals(scanned.runId()) || seq > scanned.seq()) {
      scanned = new ReadPlace(place, seq);
    }
  }

  /**
   * Checks that nothing is missing at the end.
   *
   * @throws EiderException DATA_LOSS if the run's last events have not come
   */
  void closedAt(long finalSeq) {
    if (!filtered && !(finalSeq == lastSeq && currentRunId.equals(runId))) {
      throw violation(
          "the run was closed at seq %d after seq %d%s"
              .formatted(finalSeq, lastSeq, currentRunId.equals(runId) ? "" : ofCurrentRun()));
    }
  }

  /** The place after which a new stream must begin. */
  ReadPlace resumeAfter() {
    return scanned;
  }

  /** Another run may come next until the run itself has come. */
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
