package dev.eider.server.upkeep;

import dev.eider.server.base.Threads;
import dev.eider.server.base.WorkerLoop;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Does the chores, one at a time: what deletes runs and what copies the file they were in would
 * only be in each other's way.
 *
 * <p>Runs on the thread {@code upkeep}, which it owns. {@link #stop} is thread-safe.
 */
public final class Upkeep implements WorkerLoop.Work {
  private final List<Chore> chores;
  private final WorkerLoop loop;

  /** Starts the thread. */
  public Upkeep(List<Chore> chores, Threads threads, BiConsumer<String, Throwable> onDefect) {
    this.chores = List.copyOf(chores);
    loop = new WorkerLoop(threads, "upkeep", this, onDefect);
    loop.start();
  }

  /** Gives up what is under way and ends the thread; returns whether in time. Blocks. */
  public boolean stop(long timeoutMs) throws InterruptedException {
    loop.askToStop();
    chores.forEach(Chore::askToStop);
    return loop.stop(timeoutMs);
  }

  @Override
  public long turn() {
    long idleMs = WorkerLoop.UNTIL_WOKEN_MS;
    for (Chore chore : chores) {
      if (!loop.isStopping()) {
        idleMs = Math.min(idleMs, chore.turn(loop::wake));
      }
    }
    return idleMs;
  }

  /** Something that is to be looked after from time to time. Owned by the thread {@code upkeep}. */
  public interface Chore {
    /** Does what is due; returns how long to wait, unless any thread wakes it. May block. */
    long turn(Runnable wake);

    /** Gives up what is under way, if that takes long. Does not block; for any thread. */
    void askToStop();
  }
}
