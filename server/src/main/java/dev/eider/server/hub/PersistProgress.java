package dev.eider.server.hub;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.eider.server.base.Invariants;
import dev.eider.server.base.Listeners;
import dev.eider.server.base.Registration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;

/** DuckDB's progress in the log, advanced by the persister, and who waits for it. Thread-safe. */
public final class PersistProgress {
  private final Listeners<Runnable> listeners = new Listeners<>();

  @GuardedBy("this")
  private final PriorityQueue<Waiter> waiters =
      new PriorityQueue<>(Comparator.comparingLong(Waiter::position));

  // Written by the persister before its thread starts, read by those that wait for it.
  private volatile Runnable onWanted = () -> {};

  // Written under the lock by the persister thread, read by any.
  private volatile long persistedPosition;

  // Written by the persister thread, read by any.
  private volatile long checkpointedPosition;
  private volatile boolean isFailing;

  public PersistProgress(long persistedPosition) {
    this.persistedPosition = persistedPosition;
    this.checkpointedPosition = persistedPosition;
  }

  /** Returns the log position up to which, exclusively, DuckDB has committed. */
  public long position() {
    return persistedPosition;
  }

  /** Completes on the persister thread once {@code position} is reached; hurries it. */
  public CompletableFuture<Void> await(long position) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    synchronized (this) {
      if (position <= persistedPosition) {
        done.complete(null);
      } else {
        waiters.add(new Waiter(position, done));
        onWanted.run();
      }
    }
    return done;
  }

  /** Returns the position up to which, exclusively, DuckDB's main file is known to have all. */
  public long checkpointedPosition() {
    return checkpointedPosition;
  }

  /** Records a checkpoint. */
  public void setCheckpointed(long position) {
    checkpointedPosition = position;
  }

  /** Records whether DuckDB fails, so that waiting for it does not help. */
  public void setFailing(boolean failing) {
    isFailing = failing;
  }

  /** Returns whether DuckDB fails now. */
  public boolean isFailing() {
    return isFailing;
  }

  /** Returns whether any caller waits for the persister. */
  public synchronized boolean isWanted() {
    return !waiters.isEmpty();
  }

  /** Sets what is called when another caller waits for the persister, on any thread and briefly. */
  public void onWanted(Runnable wake) {
    onWanted = wake;
  }

  /** Has {@code listener} called on the persister thread, briefly, whenever it advances. */
  public Registration addListener(Runnable listener) {
    return listeners.add(listener);
  }

  void advance(long position) {
    List<CompletableFuture<Void>> reached = new ArrayList<>();
    synchronized (this) {
      Invariants.require(
          position >= persistedPosition, "persisted position went back to %d", position);
      persistedPosition = position;
      for (Waiter next = waiters.peek();
          next != null && next.position() <= position;
          next = waiters.peek()) {
        reached.add(next.done());
        waiters.remove();
      }
    }
    reached.forEach(done -> done.complete(null));
    listeners.forEach(Runnable::run);
  }

  private record Waiter(long position, CompletableFuture<Void> done) {}
}
