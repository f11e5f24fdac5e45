package dev.eider.server.log.segment;

import dev.eider.server.base.Invariants;
import dev.eider.server.event.RunId;
import dev.eider.server.log.EventLog;
import dev.eider.server.log.LogCorruptedException;
import dev.eider.server.log.LogFormatException;
import dev.eider.server.log.LogHealth;
import dev.eider.server.log.LogReader;
import dev.eider.server.log.LogWriteException;
import dev.eider.server.log.LogWriteException.Kind;
import dev.eider.server.log.segment.RecordFrame.Stamp;
import java.io.Closeable;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log in files of this machine; {@code log-format.md} has their format.
 *
 * <p>A batch is collected in memory, written behind the last frame and forced. What can go wrong,
 * and what is done:
 *
 * <ul>
 *   <li>The write fails: what it left is cut off, the cut is forced, and the next batch is tried in
 *       the same place if the disk was full, else in a new segment.
 *   <li>The force fails: the kernel may have dropped the batch and will not say so again, so a
 *       second force proves nothing. The batch is cut off, the cut is forced, and the segment gets
 *       no further frame: the next batch begins a new one.
 *   <li>The force fails and batches that were committed without force are behind it, or the cut
 *       fails: what a crash would leave is unknown. The log is broken and takes no more.
 * </ul>
 *
 * <p>A segment is begun in the commit of its first batch, so that a failure is that batch's
 * failure; append only knows that it will be, because the header takes up positions.
 *
 * <p>Marks and headers have positions too, but the positions that callers see are those of records:
 * the end is where the last record ends, so a reader that has read everything has reached it.
 *
 * <p>Owned by one thread, the sequencer; positions, sizes, {@code read} and {@code trim} are
 * thread-safe.
 */
public final class SegmentedLog implements EventLog {
  private static final Logger LOGGER = LoggerFactory.getLogger(SegmentedLog.class);

  private final Disk disk;
  private final LogConfig config;
  private final BatchBuffer batch;
  private final ConcurrentSkipListMap<Long, Segment> segments = new ConcurrentSkipListMap<>();
  private final AtomicBoolean trimming = new AtomicBoolean();
  private final ForcedNote note;

  private SegmentWriter active;
  private boolean activeGivenUp;
  private boolean broken;
  private boolean owesMark;
  private boolean closed;

  // Written by the owner, read by all. The third is the end of the active segment's file.
  private volatile long endPosition;
  private volatile long forcedPosition;
  private volatile long writeEnd;
  private volatile boolean writable = true;

  private SegmentedLog(Disk disk, LogConfig config, SegmentWriter active, RecoveredLog recovered) {
    this.disk = disk;
    this.config = config;
    this.batch = new BatchBuffer(config.batchBytesMax());
    this.active = active;
    for (Segment segment : recovered.segments()) {
      segments.put(segment.base(), segment);
    }
    segments.put(active.segment().base(), active.segment());
    this.owesMark = recovered.owesMark();
    this.writeEnd = active.end();
    this.endPosition = recovered.recordsEnd();
    this.forcedPosition = endPosition;
    this.note = ForcedNote.open(disk);
    note.write(forcedPosition);
  }

  /**
   * Opens the log, or begins one in an empty directory. Blocks while it reads what is needed. What
   * it keeps is forced when it returns.
   *
   * @param firstNeededPosition where the caller will begin to read: it has whatever came before in
   *     a safe place. Only what {@link #forcedPosition} covers may be put there, for this position
   *     counts as forced. 0 if it has nothing
   * @throws LogCorruptedException if records that were acknowledged are damaged or missing; nothing
   *     was changed
   * @throws LogFormatException if a newer version wrote the log; nothing was changed
   */
  public static SegmentedLog open(Disk disk, LogConfig config, long firstNeededPosition)
      throws IOException {
    RecoveredLog recovered = new LogRecovery(disk, firstNeededPosition).recover();
    recovered.tornEnd().ifPresent(LOGGER::warn);
    SegmentWriter active;
    if (recovered.segments().isEmpty()) {
      active = SegmentWriter.create(disk, new Segment(0), config.segmentBytesMax());
    } else if (recovered.hasHeader()) {
      active = SegmentWriter.resume(disk, recovered, config.segmentBytesMax());
    } else {
      active = SegmentWriter.create(disk, recovered.last(), config.segmentBytesMax());
    }
    SegmentedLog log = new SegmentedLog(disk, config, active, recovered);
    LOGGER.info(
        "log in {}: {} segments, {} bytes, end position {}",
        disk,
        log.segments.size(),
        log.sizeBytes(),
        log.endPosition);
    return log;
  }

  /** Checks a log as {@link #open} does, with the same failures, and only reads. */
  public static void check(Disk disk, long firstNeededPosition) throws IOException {
    new LogRecovery(disk, firstNeededPosition).recover();
  }

  @Override
  public long append(RunId runId, long firstSeq, byte[] body) {
    Stamp stamp = nextStamp();
    batch.addRecord(stamp, runId, firstSeq, body);
    return stamp.position();
  }

  @Override
  public void commit(boolean force) throws LogWriteException {
    try {
      refuseIfBroken();
      if (!batch.isEmpty()) {
        store(force);
        owesMark = true;
        publish(active.end());
      } else if (force) {
        force();
      }
    } finally {
      batch.clear();
    }
  }

  @Override
  public void force() throws LogWriteException {
    refuseIfBroken();
    if (active.forcedEnd() < active.end()) {
      try {
        active.force();
      } catch (IOException e) {
        throw breakDown("cannot force " + active.segment(), e);
      }
      publish(endPosition);
    }
  }

  /** Marks in the log that what it holds is forced. */
  @Override
  public void settle() throws LogWriteException {
    Invariants.require(batch.isEmpty(), "a mark is asked for in the middle of a batch");
    force();
    if (owesMark) {
      try {
        batch.addMark(nextStamp());
        store(true);
        owesMark = false;
        publish(endPosition);
      } finally {
        batch.clear();
      }
    }
  }

  @Override
  public LogHealth health() {
    return new LogHealth(writable, DiskSpace.usableBytes(disk), segments.size());
  }

  @Override
  public LogHealth probe() {
    writable = !broken && DiskSpace.canWrite(disk);
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
    // No other process appends.
    return CompletableFuture.completedFuture(endPosition);
  }

  @Override
  public LogReader read(long position) {
    return new SegmentReader(disk, segments, this::endPosition, position);
  }

  @Override
  public void trim(long position) {
    // Two that trim at once could delete a file before an older one: the second leaves it to the
    // first, and what is left over to the next call.
    if (trimming.compareAndSet(false, true)) {
      try {
        deleteBefore(position);
      } finally {
        trimming.set(false);
      }
    }
  }

  /** Returns how many bytes the files hold, their headers and marks included. */
  long sizeBytes() {
    return writeEnd - segments.firstKey();
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    batch.clear();
    try {
      if (!broken) {
        settle();
      }
    } catch (LogWriteException e) {
      if (forcedPosition < endPosition) {
        LOGGER.error("the log's end, from position {}, may not be on disk", forcedPosition, e);
      } else {
        LOGGER.warn("closing the log without a mark", e);
      }
    }
    broken = true;
    closeQuietly(active);
    closeQuietly(note);
  }

  private Stamp nextStamp() {
    long start = beginsSegment() ? new Segment(active.end()).firstFrame() : active.end();
    return new Stamp(start + batch.bytes(), active.forcedEnd());
  }

  private boolean beginsSegment() {
    return activeGivenUp || active.sizeBytes() >= config.segmentBytesMax();
  }

  /** Writes the frames of the batch: they are in the file then, and forced if asked. */
  private void store(boolean force) throws LogWriteException {
    if (beginsSegment()) {
      force();
      beginSegment();
    }
    boolean onlyBatchUnforced = active.forcedEnd() == active.end();
    try {
      active.write(batch.toWrite());
    } catch (IOException e) {
      throw undoWrite(e);
    }
    if (force) {
      try {
        active.force();
      } catch (IOException e) {
        throw onlyBatchUnforced
            ? giveUpActive(e)
            : breakDown("cannot force " + active.segment(), e);
      }
    }
    writable = true;
  }

  private void beginSegment() throws LogWriteException {
    SegmentWriter next;
    try {
      next = SegmentWriter.create(disk, new Segment(active.end()), config.segmentBytesMax());
    } catch (IOException e) {
      throw failed("cannot begin log file " + Segment.nameOf(active.end()), e);
    }
    // Sealed first: a reader that sees an end in the new segment must see where the old one ends.
    active.segment().seal(next.segment().base());
    segments.put(next.segment().base(), next.segment());
    closeQuietly(active);
    active = next;
    activeGivenUp = false;
    LOGGER.debug("began log file {}", next.segment());
  }

  private LogWriteException undoWrite(IOException failure) {
    try {
      active.cutBack(active.end());
    } catch (IOException e) {
      failure.addSuppressed(e);
      return breakDown("cannot undo a failed write to " + active.segment(), failure);
    }
    publish(endPosition);
    // It may be this file that cannot grow. One without a frame is tried again, so that no disk is
    // littered with empty files.
    activeGivenUp = !DiskSpace.isExhausted(failure) && active.end() > active.segment().firstFrame();
    return failed("cannot write " + active.segment(), failure);
  }

  private LogWriteException giveUpActive(IOException failure) {
    try {
      active.cutBack(active.forcedEnd());
    } catch (IOException e) {
      failure.addSuppressed(e);
      return breakDown("cannot force " + active.segment() + " nor undo the write", failure);
    }
    activeGivenUp = true;
    return failed("cannot force " + active.segment() + ", gave it up", failure);
  }

  private LogWriteException breakDown(String message, IOException failure) {
    broken = true;
    writable = false;
    LOGGER.error("the log takes no more batches: {}", message, failure);
    return new LogWriteException(Kind.BROKEN, message, failure);
  }

  private LogWriteException failed(String message, IOException failure) {
    writable = false;
    Kind kind = DiskSpace.isExhausted(failure) ? Kind.FULL : Kind.FAILED;
    return new LogWriteException(kind, message + ": " + failure.getMessage(), failure);
  }

  private void refuseIfBroken() throws LogWriteException {
    if (broken) {
      String why = closed ? "the log is closed" : "an earlier failure broke the log; restart";
      throw new LogWriteException(Kind.BROKEN, why, null);
    }
  }

  /** Publishes the end that the active segment's writer has reached. */
  private void publish(long recordsEnd) {
    Invariants.require(
        recordsEnd >= endPosition, "the end moved back from %d to %d", endPosition, recordsEnd);
    writeEnd = active.end();
    endPosition = recordsEnd;
    if (active.forcedEnd() == active.end() && forcedPosition < recordsEnd) {
      note.write(recordsEnd);
      forcedPosition = recordsEnd;
    }
  }

  private void deleteBefore(long position) {
    // The active segment has no end yet, and stays however far the caller goes.
    long end = Math.min(position, endPosition);
    Map.Entry<Long, Segment> oldest = segments.firstEntry();
    while (oldest.getValue().end() <= end) {
      try {
        disk.delete(oldest.getValue().name());
        disk.forceDirectory();
      } catch (IOException e) {
        LOGGER.warn("cannot delete log file {}, will try again", oldest.getValue(), e);
        return;
      }
      segments.remove(oldest.getKey());
      oldest = segments.firstEntry();
    }
  }

  private static void closeQuietly(Closeable file) {
    try {
      file.close();
    } catch (IOException e) {
      LOGGER.warn("cannot close {}", file, e);
    }
  }
}
