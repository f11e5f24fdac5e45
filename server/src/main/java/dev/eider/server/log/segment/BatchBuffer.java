package dev.eider.server.log.segment;

import dev.eider.server.base.Invariants;
import dev.eider.server.event.RunId;
import dev.eider.server.log.segment.RecordFrame.Stamp;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The frames of the batch under way. Owned by the log's owner. */
final class BatchBuffer {
  private static final int INITIAL_BYTES = 64 << 10;

  /** The largest buffer that is kept after its batch. */
  private static final int KEPT_BYTES_MAX = 4 << 20;

  private final int bytesMax;
  private ByteBuffer frames = ByteBuffer.allocate(INITIAL_BYTES);

  BatchBuffer(int bytesMax) {
    this.bytesMax = bytesMax;
  }

  boolean isEmpty() {
    return frames.position() == 0;
  }

  int bytes() {
    return frames.position();
  }

  void addRecord(Stamp stamp, RunId runId, long firstSeq, byte[] body) {
    byte[] id = runId.value().getBytes(StandardCharsets.UTF_8);
    Invariants.require(
        id.length <= RecordFrame.RUN_ID_BYTES_MAX,
        "a run id of %d bytes is longer than %d",
        id.length,
        RecordFrame.RUN_ID_BYTES_MAX);
    makeRoom(RecordFrame.bytes(id.length, body.length));
    RecordFrame.putRecord(frames, stamp, id, firstSeq, body);
  }

  void addMark(Stamp stamp) {
    makeRoom(RecordFrame.BYTES_MIN);
    RecordFrame.putMark(frames, stamp);
  }

  /** Returns the frames, for one write. */
  ByteBuffer toWrite() {
    return frames.duplicate().flip();
  }

  void clear() {
    if (frames.capacity() > KEPT_BYTES_MAX) {
      frames = ByteBuffer.allocate(INITIAL_BYTES);
    }
    frames.clear();
  }

  private void makeRoom(long bytes) {
    long needed = frames.position() + bytes;
    Invariants.require(
        needed <= bytesMax,
        "a batch of %d bytes is larger than batchBytesMax, %d bytes",
        needed,
        bytesMax);
    if (needed > frames.capacity()) {
      long doubled = Math.max(needed, 2L * frames.capacity());
      frames = ByteBuffer.allocate((int) Math.min(bytesMax, doubled)).put(frames.flip());
    }
  }
}
