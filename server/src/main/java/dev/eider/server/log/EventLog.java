package dev.eider.server.log;

import dev.eider.server.event.RunId;
import java.util.concurrent.CompletableFuture;

/**
 * The one thing that makes an event durable: an ordered sequence of records, each with a position.
 *
 * <p>The log knows a record's run, first seq and bytes, and nothing of what the bytes mean, so that
 * a distributed log can stand in for the local one.
 *
 * <p>A position is an offset in bytes of the frames that the log has accepted, from the log's first
 * frame on. It grows from record to record and never moves; a record takes its body and at most
 * {@link #FRAME_BYTES_MAX} more, and what the log keeps for itself between records has positions,
 * too. So the difference of two positions is a size in every implementation: callers bound by it
 * what memory, DuckDB or a disk may lack.
 *
 * <p>There is one batch under way, and one thread, the owner, that fills and commits it: it alone
 * calls {@link #append}, {@link #commit}, {@link #force}, {@link #settle} and {@link #probe}.
 * Everything else is thread-safe. A failure of a write is a {@link LogWriteException} and says what
 * can be done; damage is a {@link LogCorruptedException} and ends the daemon.
 */
public interface EventLog extends AutoCloseable {
  /** The most that a record takes besides its body. */
  int FRAME_BYTES_MAX = 192;

  /**
   * Adds a record to the batch under way, in memory. Nothing of a batch is in the log before {@link
   * #commit}. Does not block.
   *
   * @return the position the record will have once its batch is committed: no record of another
   *     process comes before it, or the commit fails
   */
  long append(RunId runId, long firstSeq, byte[] body);

  /**
   * Writes the batch under way and, when asked, makes it durable. Blocks for as long as that takes.
   * When it returns, readers can read the batch.
   *
   * <p>A crash inside leaves none, a part or all of the batch's records; a later open keeps an
   * unbroken prefix.
   *
   * @param force whether the batch, and all before it, must survive the loss of power when this
   *     returns; without it they survive the end of the process
   * @throws LogWriteException if the batch is not in the log. It is discarded, its positions will
   *     be given anew, and unless the log is broken the next batch may be tried
   */
  void commit(boolean force) throws LogWriteException;

  /**
   * Makes durable what was committed without force. Does nothing when there is none. Blocks for as
   * long as that takes.
   *
   * @throws LogWriteException if it is unknown whether those records are durable; the log then
   *     takes no more batches
   */
  void force() throws LogWriteException;

  /**
   * Does what the log puts off while it is busy, so that a later open can tell damage at its end
   * from what a crash left. Called between batches, when there is nothing to append. Makes durable
   * what was committed without force. Cheap when there is nothing to do; else blocks for as long as
   * the disk takes.
   *
   * @throws LogWriteException if it is not done; unless the log is broken, no record is in doubt
   */
  void settle() throws LogWriteException;

  /** Returns the health of the log, as far as it is known. Cheap; does not block. */
  LogHealth health();

  /**
   * Tries whether the log can be written again after it failed, and returns its health. The records
   * are left as they are. Blocks for as long as the disk takes.
   */
  LogHealth probe();

  /**
   * Returns the position right after the last record that this process can read. Does not block.
   */
  long endPosition();

  /**
   * Returns the position up to which, exclusively, the log survives the loss of power; at most the
   * end.
   */
  long forcedPosition();

  /**
   * Finds out where the log ends, whichever process appended to it: completes with a position, at
   * least the log's end at the time of the call, once this process can read all records before it.
   * Completes at once if no other process appends.
   *
   * <p>A caller that must not miss what other processes have appended waits for this first: a start
   * before it folds the log, an answer that holds "as of now" before it is given. Fails with the
   * reason if the log cannot be reached.
   */
  CompletableFuture<Long> awaitEnd();

  /**
   * Reads records in order, beginning with the first whose position is at least {@code position}.
   * The reader sees records that are committed after it was opened, too. It must be closed.
   *
   * @throws LogCorruptedException if what it should read is damaged or was trimmed
   */
  LogReader read(long position);

  /**
   * Allows the log to forget the records before {@code position}. It keeps what it likes to, and
   * all from {@code position} on.
   */
  void trim(long position);

  /**
   * Makes durable what was committed, discards the batch under way and closes what is open. Batches
   * are refused from then on. Can be repeated. Blocks for as long as the disk takes.
   */
  @Override
  void close();
}
