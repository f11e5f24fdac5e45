package dev.eider.server.run;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import dev.eider.server.event.EncodedEvent;
import dev.eider.server.event.RunId;
import dev.eider.server.run.StepRecord.Closed;
import dev.eider.server.run.StepRecord.Deleted;
import dev.eider.server.run.StepRecord.Opened;
import dev.eider.server.run.StepRecord.Published;
import dev.eider.storage.v1.StoredClosed;
import dev.eider.storage.v1.StoredDeleted;
import dev.eider.storage.v1.StoredOpened;
import dev.eider.storage.v1.StoredPublished;
import dev.eider.storage.v1.StoredRecord;
import dev.eider.v1.RunOutcome;
import org.jspecify.annotations.Nullable;

/**
 * Turns records into the bytes of a log frame and back; the format is {@code
 * eider/storage/v1/record.proto}.
 */
public final class RunRecordCodec {
  private RunRecordCodec() {}

  /** Encodes a record. */
  public static byte[] encode(RunRecord record) {
    StoredRecord.Builder stored =
        StoredRecord.newBuilder().setRunId(record.runId().value()).setTimeUs(record.timeUs());
    if (record instanceof StepRecord step) {
      encodeStep(step, stored);
    } else if (record instanceof ImportRecord imported) {
      stored.setImported(ImportRecordCodec.encode(imported));
    }
    return stored.build().toByteArray();
  }

  /**
   * Decodes a record.
   *
   * @throws IllegalArgumentException if the bytes are no record
   */
  public static RunRecord decode(byte[] bytes) {
    try {
      StoredRecord stored = StoredRecord.parseFrom(bytes);
      return stored.hasImported()
          ? ImportRecordCodec.decode(stored.getTimeUs(), stored.getImported())
          : decodeStep(stored);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("not a record: " + e.getMessage(), e);
    }
  }

  /** Returns how many bytes a run takes in the record of an import. */
  public static int importedBytes(FoldedRun run) {
    return ImportRecordCodec.bytes(run);
  }

  private static void encodeStep(StepRecord step, StoredRecord.Builder stored) {
    if (step.opened() != null) {
      stored.setOpened(encodeOpened(step.opened()));
    }
    if (step.published() != null) {
      stored.setPublished(encodePublished(step.published()));
    }
    if (step.closed() != null) {
      stored.setClosed(StoredClosed.newBuilder().setOutcome(step.closed().outcome().getNumber()));
    }
    if (step.deleted() != null) {
      stored.setDeleted(StoredDeleted.newBuilder().setKept(step.deleted().kept()));
    }
  }

  private static StepRecord decodeStep(StoredRecord stored) throws InvalidProtocolBufferException {
    return new StepRecord(
        new RunId(stored.getRunId()),
        stored.getTimeUs(),
        stored.hasOpened() ? decodeOpened(stored.getOpened()) : null,
        stored.hasPublished() ? decodePublished(stored.getPublished()) : null,
        stored.hasClosed() ? decodeClosed(stored.getClosed()) : null,
        stored.hasDeleted() ? new Deleted(stored.getDeleted().getKept()) : null);
  }

  private static StoredOpened encodeOpened(Opened opened) {
    StoredOpened.Builder stored =
        StoredOpened.newBuilder()
            .putAllLabels(opened.labels())
            .setRequestId(opened.requestId())
            .setRequestHash(ByteString.copyFrom(opened.requestHash()));
    if (opened.parent() != null) {
      stored.setParent(ParentCodec.encode(opened.parent()));
    }
    return stored.build();
  }

  private static StoredPublished encodePublished(Published published) {
    StoredPublished.Builder stored = StoredPublished.newBuilder().setFirstSeq(published.firstSeq());
    ProducerStamp producer = published.producer();
    if (producer != null) {
      stored
          .setProducerId(producer.id())
          .setProducerEpoch(producer.epoch())
          .setProducerSeq(producer.seq());
    }
    for (EncodedEvent event : published.events()) {
      stored.addEvents(UnsafeByteOperations.unsafeWrap(event.bytes()));
    }
    return stored.build();
  }

  private static Opened decodeOpened(StoredOpened stored) {
    return new Opened(
        stored.getLabelsMap(),
        stored.getRequestId(),
        stored.getRequestHash().toByteArray(),
        stored.hasParent() ? ParentCodec.decode(stored.getParent()) : null);
  }

  private static Published decodePublished(StoredPublished stored) {
    return new Published(
        stored.getFirstSeq(),
        decodeProducer(stored),
        stored.getEventsList().stream()
            .map(bytes -> EncodedEvent.decode(bytes.toByteArray()))
            .toList());
  }

  private static @Nullable ProducerStamp decodeProducer(StoredPublished stored) {
    return stored.getProducerSeq() == 0
        ? null
        : new ProducerStamp(
            stored.getProducerId(), stored.getProducerEpoch(), stored.getProducerSeq());
  }

  private static Closed decodeClosed(StoredClosed stored) throws InvalidProtocolBufferException {
    RunOutcome outcome = RunOutcome.forNumber(stored.getOutcome());
    if (outcome == null || outcome == RunOutcome.RUN_OUTCOME_UNSPECIFIED) {
      throw new InvalidProtocolBufferException("outcome " + stored.getOutcome());
    }
    return new Closed(outcome);
  }
}
