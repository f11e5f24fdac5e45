package dev.eider.server.log;

import dev.eider.server.base.Invariants;
import dev.eider.server.event.RunId;
import dev.eider.server.log.LogWriteException.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * A log in memory: what any other than the local one has to do at the least. A frame has the length
 * that it has in the local log's files. A loss of power takes what was not forced; {@link
 * #failWith} lets commits and forces fail.
 */
public final class MemoryLog implements EventLog {
  private static final int HEADER_BYTES = 28;
  private static final int ALIGNMENT = 8;

  private final ConcurrentNavigableMap<Long, LogRecord> records = new ConcurrentSkipListMap<>();
  private final List<LogRecord> batch = new ArrayList<>();
  private @Nullable Kind failure;
  private boolean closed;
  private boolean broken;

  // Written by the owner, read by all.
  private volatile long trimmedBefore;
  private volatile long endPosition;
  private volatile long forcedPosition;
  private volatile boolean writable = true;

  /** Returns the log that the next start finds after a loss of power. */
  public MemoryLog afterCrash() {
    MemoryLog survivor = new MemoryLog();
    survivor.records.putAll(records.headMap(forcedPosition));
    survivor.trimmedBefore = trimmedBefore;
    survivor.endPosition = forcedPosition;
    survivor.forcedPosition = forcedPosition;
    return survivor;
  }

  /**
   * Lets every write fail from now on, or none. When it is the force of what was committed without
   * one that fails, the log is broken.
   */
  public void failWith(@Nullable Kind kind) {
    failure = kind;
  }

  @Override
  public long append(RunId runId, long firstSeq, byte[] body) {
    long position = batch.isEmpty() ? endPosition : batch.get(batch.size() - 1).nextPosition();
    int idBytes = runId.value().getBytes(StandardCharsets.UTF_8).length;
    long bytes = (HEADER_BYTES + idBytes + body.length + ALIGNMENT - 1L) & -ALIGNMENT;
    batch.add(new LogRecord(position, position + bytes, runId, firstSeq, body));
    return position;
  }

  @Override
  public void commit(boolean force) throws LogWriteException {
    try {
      write();
      for (LogRecord record : batch) {
        records.put(record.position(), record);
      }
      if (!batch.isEmpty()) {
        endPosition = batch.get(batch.size() - 1).nextPosition();
      }
      forcedPosition = force ? endPosition : forcedPosition;
    } finally {
      batch.clear();
    }
  }

  @Override
  public void force() throws LogWriteException {
    if (forcedPosition < endPosition) {
      broken |= failure != null;
      write();
      forcedPosition = endPosition;
    }
  }

  @Override
  public void settle() throws LogWriteException {
    Invariants.require(batch.isEmpty(), "the log is to settle in the middle of a batch");
    force();
  }

  private void write() throws LogWriteException {
    if (broken || closed) {
      throw new LogWriteException(Kind.BROKEN, "the log is closed or broken", null);
    }
    Kind kind = failure;
    if (kind != null) {
      writable = false;
      broken = kind == Kind.BROKEN;
      throw new LogWriteException(kind, "the log is to fail", null);
    }
    writable = true;
  }

  @Override
  public LogHealth health() {
    return new LogHealth(writable, failure == Kind.FULL ? 0 : Long.MAX_VALUE, 1);
  }

  @Override
  public LogHealth probe() {
    writable = failure == null && !broken;
    return health();
  }

  @Override
  public long endPosition() {
    return endPosition;
  }

  @Override
  public long forcedPosition() {
    return forcedPosition;
  }

  @Override
  public CompletableFuture<Long> awaitEnd() {
    return CompletableFuture.completedFuture(endPosition);
  }

  @Override
  public LogReader read(long position) {
    return new Reader(position);
  }

  @Override
  public void trim(long position) {
    long before = Math.min(position, endPosition);
    trimmedBefore = Math.max(trimmedBefore, before);
    records.headMap(before).clear();
  }

  @Override
  public void close() {
    batch.clear();
    closed = true;
    forcedPosition = broken ? forcedPosition : endPosition;
  }

  private final class Reader implements LogReader {
    private long position;

    Reader(long position) {
      this.position = position;
      refuseIfTrimmed();
    }

    @Override
    public @Nullable LogRecord next(long limit) {
      refuseIfTrimmed();
      Map.Entry<Long, LogRecord> next = records.ceilingEntry(position);
      if (next == null || next.getKey() >= Math.min(limit, endPosition)) {
        return null;
      }
      position = next.getValue().nextPosition();
      return next.getValue();
    }

    @Override
    public void close() {}

    private void refuseIfTrimmed() {
      if (position < trimmedBefore) {
        throw new LogCorruptedException("position " + position + " was trimmed");
      }
    }
  }
}
