package dev.eider.server.sequencer;

import dev.eider.server.base.BrokerException;
import dev.eider.server.hub.Hub;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.ImportRecord;
import dev.eider.server.run.ProducerStamp;
import dev.eider.server.run.StepRecord;
import dev.eider.server.run.StepRecord.Published;
import dev.eider.v1.ErrorReason;
import org.jspecify.annotations.Nullable;

/**
 * What the records of one batch may still take: open runs, memory for what is kept of runs, the
 * log's disk. Owned by the sequencer thread.
 */
final class BatchRoom {
  private final Hub hub;
  private final int openRunsMax;
  private final boolean isDiskFull;
  private int openedCount;
  private long openedBytes;

  /** A full disk takes no more but the end of a run, which is small and frees the rest. */
  BatchRoom(Hub hub, int openRunsMax, boolean isDiskFull) {
    this.hub = hub;
    this.openRunsMax = openRunsMax;
    this.isDiskFull = isDiskFull;
  }

  /** Requires room for a step of a run, null for a new one; throws OVERLOADED or STORAGE_FULL. */
  void require(@Nullable FoldedRun run, StepRecord step) {
    if (step.opened() != null && hub.openRunCount() + openedCount >= openRunsMax) {
      throw BrokerException.overloaded(
          "the daemon has its limit of " + openRunsMax + " open runs; close some", openRunsMax);
    }
    if (hub.runBytes() + openedBytes >= hub.bounds().runBytesMax() && isEnlarged(run, step)) {
      throw runRoomFull();
    }
    if (isDiskFull && (step.opened() != null || step.published() != null)) {
      throw diskFull();
    }
  }

  /** Requires room for an import; throws OVERLOADED or STORAGE_FULL. */
  void require(ImportRecord record) {
    if (hub.runBytes() + openedBytes + memoryBytes(record) > hub.bounds().runBytesMax()) {
      throw runRoomFull();
    }
    if (isDiskFull) {
      throw diskFull();
    }
  }

  /** Counts a run that the batch opens. */
  void take(FoldedRun opened) {
    openedCount++;
    openedBytes += opened.memoryBytes();
  }

  /** Counts the runs of an import. */
  void take(ImportRecord record) {
    openedBytes += memoryBytes(record);
  }

  static BrokerException diskFull() {
    return BrokerException.of(
        ErrorReason.ERROR_REASON_STORAGE_FULL, "the log's disk is full; nothing was stored");
  }

  private static long memoryBytes(ImportRecord record) {
    return record.runs().stream().mapToLong(FoldedRun::memoryBytes).sum();
  }

  /** Returns whether what is kept of a run grows by a step. */
  private static boolean isEnlarged(@Nullable FoldedRun run, StepRecord step) {
    if (run == null) {
      return true;
    }
    Published published = step.published();
    ProducerStamp producer = published == null ? null : published.producer();
    return published != null
        && producer != null
        && run.producers().isEnlargedBy(producer, published.firstSeq());
  }

  private BrokerException runRoomFull() {
    long runBytesMax = hub.bounds().runBytesMax();
    return BrokerException.of(
            ErrorReason.ERROR_REASON_OVERLOADED,
            "what the daemon keeps of runs takes as much memory as it may: "
                + runBytesMax
                + " bytes; close some runs")
        .with("limit_bytes", runBytesMax);
  }
}
