package dev.eider.server.store.rewrite;

import static dev.eider.server.base.Invariants.require;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.connection.DuckDbErrors;
import dev.eider.server.store.connection.StoreAccess;
import dev.eider.server.store.connection.StoreConnections;
import dev.eider.server.store.connection.StoreOpener;
import dev.eider.server.store.write.Checkpoints;
import java.nio.file.Path;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reclaims the room of deleted rows: DuckDB's file never shrinks, so it is copied, and the copy
 * takes its place.
 *
 * <p>Two threads do it, with one hand-over. The rewriter's thread copies while transactions, reads
 * and queries go on ({@link #copy}), and offers the copy once it is only a little behind. The
 * persister's thread takes it between two transactions ({@link #swapIfReady}): it makes a
 * checkpoint of the old file, so that its write-ahead log is empty, completes the copy, closes
 * every connection, renames, and opens the file again. Meanwhile publishers go on into the daemon's
 * log; readers wait from the closing to the opening.
 *
 * <pre>
 *   crash during                leaves
 *   copy, completion            the old file; the copy is deleted at the next start
 *   rename                      the old or the new file, neither with a write-ahead log, both at the
 *                               same position
 *   opening again               the new file
 * </pre>
 *
 * Thread-safe.
 */
public final class Rewriting {
  private static final Logger LOG = LoggerFactory.getLogger(Rewriting.class);

  /**
   * How far behind a copy may be when it is offered, in bytes of the log, unless it cannot catch
   * up.
   */
  private static final long BEHIND_BYTES_MAX = 2L << 20;

  private static final int ROUNDS_MAX = 20;

  /** The share of DuckDB's memory for a slice, of which sorting takes several times its size. */
  private static final int MEMORY_SHARE = 16;

  /** The longest wait for callers' queries to end before they are cancelled. */
  private static final long QUERIES_MS_MAX = 10_000;

  /** The longest time in which a copy that waits notices that it is cancelled. */
  private static final long CANCELLED_MS = 200;

  private final StoreAccess access;
  private final StoreOpener opener;
  private final Checkpoints checkpoints;
  private final Object lock = new Object();

  @GuardedBy("lock")
  private @Nullable Offer offer;

  @GuardedBy("lock")
  private boolean isSwapping;

  // Written by the thread that ends the rewriting, read by the rewriter's and the persister's.
  private volatile boolean isEnded;

  public Rewriting(StoreAccess access, StoreOpener opener, Checkpoints checkpoints) {
    this.access = access;
    this.checkpoints = checkpoints;
    this.opener = opener;
  }

  /** Measures the room that the file takes, and how much of it is wasted. Blocks. */
  public FileRoom room() throws StoreException {
    return access.read(FileRoom::measure);
  }

  public long usableBytes() {
    return opener.usableBytes();
  }

  /** Ends a copy under way or waiting, and all rewriting for good. Does not block. */
  public void end() {
    isEnded = true;
    synchronized (lock) {
      if (offer != null) {
        offer.copy.cancel();
      }
      lock.notifyAll();
    }
  }

  /**
   * Copies the file, offers it, and waits until the persister's thread has taken it. Blocks for as
   * long as that takes.
   *
   * @return whether the file was rewritten
   * @throws StoreException if it failed; the old file is in use as before
   */
  public boolean copy() throws StoreException {
    opener.rewriteFiles().deleteLeftovers();
    StoreConnections connections = access.connections();
    Offer made = new Offer(connections, FileCopy.of(connections, file(), sliceBytesMax()));
    synchronized (lock) {
      offer = made;
    }
    try {
      makeUpTo(made.copy);
      return awaitTaken(made);
    } catch (SQLException e) {
      throw DuckDbErrors.storeException("the file could not be copied: " + e.getMessage(), e);
    } finally {
      withdraw(made);
    }
  }

  private Path file() {
    return opener.rewriteFiles().copy();
  }

  private long sliceBytesMax() {
    return opener.memoryLimitBytes() / MEMORY_SHARE;
  }

  private void makeUpTo(FileCopy copy) throws SQLException, StoreException {
    copy.begin();
    copy.copyRuns(access.persistedPosition());
    long position = access.persistedPosition();
    for (int i = 0; i < ROUNDS_MAX && position - copy.copiedPosition() > BEHIND_BYTES_MAX; i++) {
      copy.copyOn(position);
      position = access.persistedPosition();
    }
  }

  private boolean awaitTaken(Offer made) throws StoreException {
    synchronized (lock) {
      made.readyAtNanos = System.nanoTime();
      made.isReady = true;
      try {
        // A failing store cancels the copy without the lock, so nothing notifies.
        while (isSwapping || !(made.isOver || isEnded || made.copy.isCancelled())) {
          lock.wait(CANCELLED_MS);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new StoreException("interrupted while a copy waits", e);
      }
      return made.isSwapped;
    }
  }

  /** Withdraws the offer, and closes the copy unless the persister's thread has. */
  private void withdraw(Offer made) throws StoreException {
    boolean wasOver;
    synchronized (lock) {
      try {
        while (isSwapping) {
          lock.wait();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      offer = null;
      wasOver = made.isOver;
      made.isOver = true;
    }
    if (!wasOver) {
      close(made.copy);
    }
    if (!made.isSwapped) {
      opener.rewriteFiles().deleteLeftovers();
    }
  }

  private static void close(FileCopy copy) {
    try {
      copy.close();
    } catch (SQLException e) {
      LOG.warn("a copy could not be closed", e);
    }
  }

  /**
   * Takes a copy that is ready. Called by the persister's thread between two transactions.
   *
   * @return whether the file is a new one now
   * @throws StoreException if that failed; the store has to be reopened then
   */
  public boolean swapIfReady() throws StoreException {
    Offer taken = take();
    if (taken == null) {
      return false;
    }
    boolean isSwapped = false;
    try {
      isSwapped = swap(taken);
      return isSwapped;
    } finally {
      synchronized (lock) {
        taken.isSwapped = isSwapped;
        isSwapping = false;
        lock.notifyAll();
      }
    }
  }

  private @Nullable Offer take() throws StoreException {
    synchronized (lock) {
      Offer ready = offer;
      if (ready == null || !ready.isReady || ready.isOver || isEnded) {
        return null;
      }
      long waitedMs = (System.nanoTime() - ready.readyAtNanos) / 1_000_000;
      if (!ready.connections.isWithoutQueries() && waitedMs < QUERIES_MS_MAX) {
        return null;
      }
      isSwapping = true;
      return ready;
    }
  }

  private boolean swap(Offer taken) throws StoreException {
    long startNanos = System.nanoTime();
    if (!access.write("checkpoint", checkpoints::make)) {
      // Something else is under way; the copy stays where it is.
      return false;
    }
    long position = access.persistedPosition();
    try {
      taken.copy.finish(position);
    } catch (SQLException | StoreException e) {
      LOG.warn("the file is not rewritten: {}", e.getMessage());
      over(taken);
      return false;
    }
    over(taken);
    long finishedNanos = System.nanoTime();
    if (!access.release(taken.connections)) {
      throw new StoreException("the file that is to be replaced is still being read");
    }
    opener.rewriteFiles().swap();
    access.reopen(position);
    require(access.persistedPosition() == position, "the rewritten file is not at %d", position);
    LOG.info(
        "the file is rewritten; transactions waited {} ms for it, readers {} ms",
        (System.nanoTime() - startNanos) / 1_000_000,
        (System.nanoTime() - finishedNanos) / 1_000_000);
    return true;
  }

  private void over(Offer taken) {
    close(taken.copy);
    synchronized (lock) {
      taken.isOver = true;
    }
  }

  /** Waits while a copy takes its place, so that a query is not cancelled as it begins. */
  public void awaitSwapped(long timeoutMs) throws StoreException {
    long endNanos = System.nanoTime() + timeoutMs * 1_000_000;
    synchronized (lock) {
      try {
        while (isSwapping && System.nanoTime() < endNanos) {
          lock.wait(Math.max(1, (endNanos - System.nanoTime()) / 1_000_000));
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new StoreException("interrupted while the file is being replaced", e);
      }
    }
  }

  /** A copy and its progress; its flags are guarded by the lock. */
  private static final class Offer {
    private final StoreConnections connections;
    private final FileCopy copy;
    private long readyAtNanos;
    private boolean isReady;
    private boolean isOver;
    private boolean isSwapped;

    Offer(StoreConnections connections, FileCopy copy) {
      this.connections = connections;
      this.copy = copy;
    }
  }
}
