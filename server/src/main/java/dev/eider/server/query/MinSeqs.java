package dev.eider.server.query;

import dev.eider.server.base.BrokerException;
import dev.eider.server.event.RunId;
import dev.eider.server.hub.Hub;
import dev.eider.server.hub.RunTail;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.store.ColdReader;
import dev.eider.server.store.StoreException;
import dev.eider.v1.ErrorReason;
import java.util.Map;

/** What DuckDB must hold of runs before a query is run on it. Thread-safe. */
final class MinSeqs {
  private final Map<RunId, Long> minSeqs;
  private final Hub hub;

  MinSeqs(Map<RunId, Long> minSeqs, Hub hub) {
    this.minSeqs = minSeqs;
    this.hub = hub;
  }

  /** Returns whether DuckDB holds enough of the runs in memory. Does not block. */
  boolean isPersisted() {
    return minSeqs.entrySet().stream().allMatch(this::isPersisted);
  }

  private boolean isPersisted(Map.Entry<RunId, Long> min) {
    RunTail tail = hub.find(min.getKey());
    if (tail == null) {
      // Closed and persisted, or unknown: DuckDB knows.
      return true;
    }
    if (tail.run().isDeleted()) {
      throw notFound(min.getKey());
    }
    if (!tail.run().isOpen() && tail.run().headSeq() < min.getValue()) {
      throw beyondHead(tail.run(), min.getValue());
    }
    return tail.persistedSeq() >= min.getValue();
  }

  /** Asks DuckDB for the runs not in memory; throws if one will never reach its seq. Blocks. */
  void require(ColdReader reader) throws StoreException {
    for (Map.Entry<RunId, Long> min : minSeqs.entrySet()) {
      if (hub.find(min.getKey()) == null) {
        FoldedRun run = reader.findRun(min.getKey());
        if (run == null) {
          throw notFound(min.getKey());
        }
        if (run.headSeq() < min.getValue()) {
          throw beyondHead(run, min.getValue());
        }
      }
    }
  }

  private static BrokerException notFound(RunId runId) {
    return BrokerException.of(ErrorReason.ERROR_REASON_RUN_NOT_FOUND, "there is no run " + runId);
  }

  private static BrokerException beyondHead(FoldedRun run, long minSeq) {
    return BrokerException.of(
            ErrorReason.ERROR_REASON_SEQ_BEYOND_HEAD,
            "run %s is closed with seq %d and will not have seq %d"
                .formatted(run.runId(), run.headSeq(), minSeq))
        .with("head_seq", run.headSeq());
  }
}
