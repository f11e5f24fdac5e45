package dev.eider.server.log;

import dev.eider.server.event.RunId;

/**
 * The one thing that makes an event durable: an ordered sequence of records, each with a position.
 *
 * <p>The log knows a record's run, first seq and bytes, and nothing of what the bytes mean, so that
 * a distributed log can stand in for the local one. A position is opaque: it grows from record to
 * record, and that is all a caller may use of it.
 *
 * <p>One thread, the sequencer, calls {@link #append}, {@link #commit}, {@link #force} and {@link
 * #markForced}. Everything else may be called from any thread.
 */
public interface EventLog extends AutoCloseable {
  /**
   * Adds a record to the batch under way, in memory. Nothing of a batch is in the log before {@link
   * #commit}.
   *
   * @return the position the record will have once its batch is committed
   */
  long append(RunId runId, long firstSeq, byte[] body);

  /**
   * Writes the batch under way and, when asked, forces it to disk. Blocks for as long as the disk
   * takes.
   *
   * <p>A crash inside leaves none, a part or all of the batch's records; a later open keeps an
   * unbroken prefix.
   *
   * @throws LogWriteException if the batch is not in the log. It is discarded, its positions will
   *     be given anew, and the next batch may be tried
   */
  void commit(boolean force) throws LogWriteException;

  /**
   * Forces what was committed without force. Does nothing when there is none. Blocks for as long as
   * the disk takes.
   *
   * @throws LogWriteException if it is unknown whether those records are on disk; the log then
   *     takes no more batches
   */
  void force() throws LogWriteException;

  /**
   * Notes in the log that what it holds is forced, so that a later open can tell damage at its end
   * from what a crash left. To be called when the log falls idle, between batches. Forces what was
   * committed without force. Does nothing when it is noted already. Blocks for as long as the disk
   * takes.
   *
   * @throws LogWriteException if it is not noted; unless the log is broken, no record is in doubt
   */
  void markForced() throws LogWriteException;

  /** How many bytes the disk can still take; huge if it does not tell. Cheap; any thread. */
  long usableBytes();

  /**
   * Finds out whether the disk can be written again after it failed: tries it beside the log, which
   * it leaves as it is. Blocks for as long as the disk takes; owner thread.
   */
  boolean canWrite();

  /** The position right after the last committed record. */
  long endPosition();

  /** The position up to which, exclusively, the log survives the loss of power. */
  long forcedPosition();

  /**
   * Reads records in order, beginning with the first whose position is at least {@code position}.
   * The reader sees records that are committed after it was opened, too. It must be closed.
   *
   * @throws LogCorruptedException if what it should read is damaged or was trimmed
   */
  LogReader read(long position);

  /** Allows the log to forget the records before {@code position}. It keeps what it likes to. */
  void trim(long position);

  /** How many files the log is in. */
  int segmentCount();

  /** The size of the records that are kept, in bytes. */
  long sizeBytes();

  /** Forces what was committed and closes the files. */
  @Override
  void close();
}
