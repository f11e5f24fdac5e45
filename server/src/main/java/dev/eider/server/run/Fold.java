package dev.eider.server.run;

import dev.eider.server.event.EncodedEvent;
import dev.eider.server.event.RunDigest;
import dev.eider.server.run.FoldedRun.Deletion;
import dev.eider.server.run.StepRecord.Deleted;
import dev.eider.server.run.StepRecord.Opened;
import dev.eider.server.run.StepRecord.Published;
import org.jspecify.annotations.Nullable;

/**
 * The one rule by which a log becomes runs: a pure function over records in log order.
 *
 * <p>A record is accepted iff the run can be opened or is open, its first seq is the head plus one,
 * and its producer comes next; or iff it deletes a run that is closed, or unknown and therefore
 * closed long ago; otherwise it has no effect. A deleted run takes nothing more. The sequencer
 * decides on the runs as this fold leaves them and stamps seqs right before it appends, and the log
 * gives out nothing that another appended meanwhile, so every record of a log has an effect on the
 * runs that it belongs to.
 */
public final class Fold {
  private Fold() {}

  /**
   * Applies one record.
   *
   * @param run the run before the record, null if it does not exist
   * @return the run after the record, or null if the record has no effect
   */
  public static @Nullable FoldedRun apply(
      @Nullable FoldedRun run, long position, StepRecord record) {
    Deleted deleted = record.deleted();
    if (deleted == null) {
      return lived(run, position, record);
    }
    boolean isDeletionOnly =
        record.opened() == null && record.published() == null && record.closed() == null;
    if (run == null && isDeletionOnly) {
      return FoldedRun.goneUnseen(record.runId(), position, deletion(deleted));
    }
    FoldedRun next = isDeletionOnly ? run : lived(run, position, record);
    return next == null || next.isOpen() || next.isDeleted()
        ? null
        : next.deleted(position, deletion(deleted));
  }

  private static Deletion deletion(Deleted deleted) {
    return deleted.kept() ? Deletion.KEPT : Deletion.GONE;
  }

  private static @Nullable FoldedRun lived(
      @Nullable FoldedRun run, long position, StepRecord record) {
    FoldedRun next = run;
    if (record.opened() != null) {
      next = run == null ? opened(record, record.opened(), position) : null;
    }
    if (next == null || !next.isOpen()) {
      return null;
    }
    if (record.published() != null) {
      if (!isAcceptable(next, record.published())) {
        return null;
      }
      next = published(next, position, record.published());
    }
    return record.closed() == null
        ? next
        : next.closed(record.closed().outcome(), record.timeUs(), position);
  }

  private static boolean isAcceptable(FoldedRun run, Published published) {
    ProducerStamp producer = published.producer();
    return published.firstSeq() == run.headSeq() + 1
        && (producer == null || run.producers().comesNext(producer));
  }

  private static FoldedRun opened(StepRecord record, Opened opened, long position) {
    FoldedRun.Opening opening =
        new FoldedRun.Opening(
            record.timeUs(),
            opened.parent(),
            opened.labels(),
            opened.requestId(),
            opened.requestHash());
    return FoldedRun.opened(record.runId(), opening, position);
  }

  private static FoldedRun published(FoldedRun run, long position, Published published) {
    int lastT = run.lastT();
    double costUsd = run.costUsd();
    byte[] digest = run.digest();
    for (EncodedEvent event : published.events()) {
      lastT = Math.max(lastT, event.t());
      costUsd += event.costUsd();
      digest = RunDigest.next(digest, event.hash());
    }
    ProducerStamp producer = published.producer();
    ProducerTable producers =
        producer == null
            ? run.producers()
            : run.producers().accepted(producer, published.firstSeq(), published.events().size());
    return run.published(
        new FoldedRun.Totals(published.lastSeq(), lastT, costUsd, digest, producers), position);
  }
}
