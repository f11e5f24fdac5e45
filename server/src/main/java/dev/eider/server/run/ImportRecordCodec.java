package dev.eider.server.run;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import dev.eider.server.event.RunId;
import dev.eider.server.run.FoldedRun.Ending;
import dev.eider.server.run.FoldedRun.Opening;
import dev.eider.server.run.FoldedRun.Totals;
import dev.eider.storage.v1.StoredImport;
import dev.eider.storage.v1.StoredImportedRun;
import dev.eider.v1.RunOutcome;

/** Turns import records into what is stored of them, and back. */
final class ImportRecordCodec {
  private ImportRecordCodec() {}

  static StoredImport encode(ImportRecord record) {
    StoredImport.Builder stored =
        StoredImport.newBuilder()
            .setFileName(record.file().name())
            .setFileBytes(record.file().bytes())
            .setFileSha256(ByteString.copyFrom(record.file().sha256()))
            .setEventCount(record.eventCount());
    record.runs().forEach(run -> stored.addRuns(encode(run)));
    return stored.build();
  }

  /**
   * Decodes a record.
   *
   * @throws IllegalArgumentException if a run has no outcome
   */
  static ImportRecord decode(long timeUs, StoredImport stored) {
    return new ImportRecord(
        timeUs,
        new StagedFile(
            stored.getFileName(), stored.getFileBytes(), stored.getFileSha256().toByteArray()),
        stored.getEventCount(),
        stored.getRunsList().stream().map(ImportRecordCodec::decode).toList());
  }

  /** Returns how many bytes a run takes in a record. */
  static int bytes(FoldedRun run) {
    return CodedOutputStream.computeMessageSize(StoredImport.RUNS_FIELD_NUMBER, encode(run));
  }

  private static StoredImportedRun encode(FoldedRun run) {
    StoredImportedRun.Builder stored =
        StoredImportedRun.newBuilder()
            .setRunId(run.runId().value())
            .setOutcome(run.outcome().getNumber())
            .setHeadSeq(run.headSeq())
            .setLastT(run.lastT())
            .setCreateTimeUs(run.createTimeUs())
            .setCloseTimeUs(run.closeTimeUs())
            .putAllLabels(run.labels())
            .setCostUsd(run.costUsd())
            .setDigest(ByteString.copyFrom(run.digest()));
    if (run.parent() != null) {
      stored.setParent(ParentCodec.encode(run.parent()));
    }
    return stored.build();
  }

  private static FoldedRun decode(StoredImportedRun stored) {
    RunOutcome outcome = RunOutcome.forNumber(stored.getOutcome());
    if (outcome == null || outcome == RunOutcome.RUN_OUTCOME_UNSPECIFIED) {
      throw new IllegalArgumentException("not a record: outcome " + stored.getOutcome());
    }
    Parent parent = stored.hasParent() ? ParentCodec.decode(stored.getParent()) : null;
    return new FoldedRun(
        new RunId(stored.getRunId()),
        Opening.without(stored.getCreateTimeUs(), parent, stored.getLabelsMap()),
        new Totals(
            stored.getHeadSeq(),
            stored.getLastT(),
            stored.getCostUsd(),
            stored.getDigest().toByteArray(),
            ProducerTable.EMPTY),
        Ending.of(outcome, stored.getCloseTimeUs()),
        0,
        0);
  }
}
