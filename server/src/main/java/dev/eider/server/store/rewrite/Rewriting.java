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
 * Gives back the room of what is deleted: DuckDB's file never gets smaller, so it is copied, and
 * the copy takes its place.
 *
 * <p>Two threads do it. The rewriter's copies, while transactions, reads and queries go on ({@link
 * #copy}); once the copy is but a little behind it offers it. The persister's takes it between two
 * transactions ({@link #swapIfReady}): it makes a checkpoint of the old file, so that its
 * write-ahead log is empty, completes the copy, closes every connection, renames, and opens the
 * file again; what is published goes into the daemon's log meanwhile, and readers wait only from
 * the closing on.
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
   * A copy is offered when it lacks no more than this, in bytes of the log, or will not get closer.
   */
  private static final long BEHIND_BYTES_MAX = 2L << 20;

  private static final int ROUNDS_MAX = 20;

  /** What a slice may take of DuckDB's memory, which sorting takes several times. */
  private static final int MEMORY_SHARE = 16;

  /** How long the copy waits for callers' queries to end before they are cancelled. */
  private static final long QUERIES_MS_MAX = 10_000;

  /** How soon a copy that waits notices that it is cancelled. */
  private static final long CANCELLED_MS = 200;

  private final StoreAccess access;
  private final StoreOpener opener;
  private final Checkpoints checkpoints;
  private final Object lock = new Object();

  @GuardedBy("lock")
  private @Nullable Offer offer;

  @GuardedBy("lock")
  private boolean isSwapping;

  // Written by the rewriter's thread and by who ends it.
  private volatile boolean isEnded;

  public Rewriting(StoreAccess access, StoreOpener opener, Checkpoints checkpoints) {
    this.access = access;
    this.checkpoints = checkpoints;
    this.opener = opener;
  }

  /** How much room the file takes, and how much of it for nothing. Blocks. */
  public FileRoom room() throws StoreException {
    return access.read(FileRoom::measure);
  }

  public long usableBytes() {
    return opener.usableBytes();
  }

  /** Ends a copy under way, or one that waits; there are no more after that. Does not block. */
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
        // Who cancels it, since the store fails, does not know the lock.
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

  /** Closes the copy unless the persister's thread is at it, or has done so. */
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
      LOG.warn("a copy could not be let go of", e);
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
      throw new StoreException("somebody is still reading the file that is to be replaced");
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

  /** A copy and how far it is; its flags are guarded by the lock. */
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
