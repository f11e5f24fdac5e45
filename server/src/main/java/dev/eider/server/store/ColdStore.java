package dev.eider.server.store;

import dev.eider.server.base.Invariants;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.StagedFile;
import java.util.Collection;
import java.util.List;

/**
 * Where events are kept for good, one transaction after another, each with its place in the log.
 *
 * <p>A store is <em>open</em> or <em>failed</em>. A failed store throws on every call but {@link
 * #reopen} and {@link #close}.
 *
 * <p>Everything blocks unless it says otherwise. {@link #persist}, {@link #checkpoint}, {@link
 * #needsCheckpoint}, {@link #swapIfReady} and {@link #reopen} are called by one thread only, {@link
 * #close} after that thread has ended; the rest is thread-safe.
 */
public interface ColdStore extends AutoCloseable {
  /** Returns whether the store has to be reopened. Does not block. */
  boolean isFailed();

  /** Returns the log position up to which all is committed, exclusive; 0 in a new store. */
  long persistedPosition() throws StoreException;

  /** Returns every run that is open, as of the persisted position. */
  List<FoldedRun> openRuns() throws StoreException;

  /**
   * Writes a batch in one transaction.
   *
   * <p>After a StoreException the store is failed and the batch may or may not be committed: reopen
   * and go on from {@link #persistedPosition}. A crash leaves the same choice, and no part of a
   * batch.
   */
  void persist(PersistBatch batch) throws StoreException;

  /**
   * Requires the files whose events are still to be persisted; all others may be deleted. Called
   * before anything is persisted.
   *
   * @throws StoreException if one is missing or damaged; the message says what to do
   */
  default void requireStaged(Collection<StagedFile> files) throws StoreException {
    Invariants.require(files.isEmpty(), "this store takes no files");
  }

  /**
   * Makes what is committed safe from the loss of the store's own write-ahead log, so that the log
   * before {@link #persistedPosition} is no longer needed. Readers go on meanwhile.
   *
   * @return false if the store has to finish something else first; try again a little later
   * @throws StoreException if that failed; the store is failed then too
   */
  boolean checkpoint() throws StoreException;

  /** Returns whether a checkpoint should come before the next batch. Does not block. */
  default boolean needsCheckpoint() {
    return false;
  }

  /**
   * Opens a failed store again; does nothing to an open one. Writes nothing, so that it works on a
   * full disk.
   *
   * @param positionMin what readers rely on: a store that has lost some of it stays failed for
   *     good, since a page that ends early would pass for the end of a run
   * @throws StoreException if that failed; the store is still failed, and the caller tries later
   * @throws dev.eider.server.base.Invariants.InvariantBroken if it has lost what it had committed
   */
  void reopen(long positionMin) throws StoreException;

  /** Requires that a store just opened has not gone back behind what readers rely on. */
  static void requireNotBefore(long positionMin, long position) {
    Invariants.require(
        position >= positionMin,
        "DuckDB lost what it had committed: it is at position %d and was at %d; the next start"
            + " persists it again from the log",
        position,
        positionMin);
  }

  /**
   * Puts a rewritten file in the place of the old one, if a complete one is ready. Called between
   * two transactions.
   *
   * @return whether it did
   * @throws StoreException if that failed; the store is failed then, with either of the files
   */
  default boolean swapIfReady() throws StoreException {
    return false;
  }

  /** Returns the bytes that its disk can still take; huge if unknown. Does not block. */
  default long usableBytes() {
    return Long.MAX_VALUE;
  }

  /** Returns the reader, which is valid as long as the store is, through failures. */
  ColdReader reader();

  /** Checkpoints and closes; can be repeated. Waits for queries under way, but not for ever. */
  @Override
  void close();
}
