package dev.eider.server.run;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import dev.eider.server.event.RunId;
import dev.eider.storage.v1.StoredImport;
import dev.eider.storage.v1.StoredImportedRun;
import dev.eider.storage.v1.StoredParent;
import dev.eider.storage.v1.StoredRecord;
import dev.eider.v1.RunOutcome;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Turns import records into the bytes of a log frame and back; the format is {@code
 * eider/storage/v1/record.proto}.
 */
public final class ImportRecordCodec {
  private static final byte[] NONE = new byte[0];

  private ImportRecordCodec() {}

  /** Says whether the bytes of a frame are an import record, and none of {@link RunRecordCodec}. */
  public static boolean isImport(byte[] bytes) {
    try {
      CodedInputStream in = CodedInputStream.newInstance(bytes);
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        if (WireFormat.getTagFieldNumber(tag) == StoredRecord.IMPORTED_FIELD_NUMBER) {
          return true;
        }
        in.skipField(tag);
      }
      return false;
    } catch (IOException e) {
      throw new IllegalArgumentException("not a record: " + e.getMessage(), e);
    }
  }

  /** Encodes a record. */
  public static byte[] encode(ImportRecord record) {
    StoredImport.Builder stored =
        StoredImport.newBuilder()
            .setFileName(record.file().name())
            .setFileBytes(record.file().bytes())
            .setFileSha256(ByteString.copyFrom(record.file().sha256()))
            .setEventCount(record.eventCount());
    record.runs().forEach(run -> stored.addRuns(encode(run)));
    return StoredRecord.newBuilder()
        .setRunId(record.firstRunId().value())
        .setTimeUs(record.timeUs())
        .setImported(stored)
        .build()
        .toByteArray();
  }

  /**
   * Decodes a record.
   *
   * @throws IllegalArgumentException if the bytes are no import record
   */
  public static ImportRecord decode(byte[] bytes) {
    try {
      StoredRecord record = StoredRecord.parseFrom(bytes);
      StoredImport stored = record.getImported();
      return new ImportRecord(
          record.getTimeUs(),
          new StagedFile(
              stored.getFileName(), stored.getFileBytes(), stored.getFileSha256().toByteArray()),
          stored.getEventCount(),
          stored.getRunsList().stream().map(ImportRecordCodec::decode).toList());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("not a record: " + e.getMessage(), e);
    }
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
    Parent parent = run.parent();
    if (parent != null) {
      stored.setParent(
          StoredParent.newBuilder()
              .setRunId(parent.runId().value())
              .setT(parent.t())
              .setSeq(parent.seq())
              .setRootRunId(parent.rootRunId().value()));
    }
    return stored.build();
  }

  private static FoldedRun decode(StoredImportedRun stored) {
    RunOutcome outcome = RunOutcome.forNumber(stored.getOutcome());
    if (outcome == null || outcome == RunOutcome.RUN_OUTCOME_UNSPECIFIED) {
      throw new IllegalArgumentException("not a record: outcome " + stored.getOutcome());
    }
    return new FoldedRun(
        new RunId(stored.getRunId()),
        outcome,
        stored.getHeadSeq(),
        stored.getLastT(),
        stored.getCreateTimeUs(),
        stored.getCloseTimeUs(),
        stored.hasParent() ? decode(stored.getParent()) : null,
        stored.getLabelsMap(),
        "",
        NONE,
        stored.getCostUsd(),
        stored.getDigest().toByteArray(),
        ProducerTable.EMPTY,
        0,
        0);
  }

  private static @Nullable Parent decode(StoredParent stored) {
    return new Parent(
        new RunId(stored.getRunId()),
        stored.getT(),
        stored.getSeq(),
        new RunId(stored.getRootRunId()));
  }
}
