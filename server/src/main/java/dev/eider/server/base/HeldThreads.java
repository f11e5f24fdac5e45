package dev.eider.server.base;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Threads whose workers are held back until {@link #release}, so that all parts of a daemon are
 * made before any of them runs. Signals, pools and timers are not held back: they get no work
 * before that. Thread-safe.
 */
public final class HeldThreads implements Threads {
  private final Threads threads;

  @GuardedBy("this")
  private final List<HeldWorker> held = new ArrayList<>();

  @GuardedBy("this")
  private boolean isReleased;

  public HeldThreads(Threads threads) {
    this.threads = threads;
  }

  /** Starts the workers held back, in the order in which they came, and later ones at once. */
  public synchronized void release() {
    isReleased = true;
    held.forEach(HeldWorker::start);
    held.clear();
  }

  @Override
  public synchronized Worker start(
      String name, Runnable body, BiConsumer<String, Throwable> onDefect) {
    HeldWorker worker = new HeldWorker(name, body, onDefect);
    if (isReleased) {
      worker.start();
    } else {
      held.add(worker);
    }
    return worker;
  }

  @Override
  public Signal newSignal() {
    return threads.newSignal();
  }

  @Override
  public Pool newPool(String name, int count) {
    return threads.newPool(name, count);
  }

  @Override
  public Timer newTimer(String name) {
    return threads.newTimer(name);
  }

  private final class HeldWorker implements Worker {
    private final String name;
    private final Runnable body;
    private final BiConsumer<String, Throwable> onDefect;

    // Written by the thread that releases, read by the one that stops the daemon.
    private volatile @Nullable Worker running;

    HeldWorker(String name, Runnable body, BiConsumer<String, Throwable> onDefect) {
      this.name = name;
      this.body = body;
      this.onDefect = onDefect;
    }

    void start() {
      running = threads.start(name, body, onDefect);
    }

    /** Waits for nothing if the worker was never started. */
    @Override
    public boolean join(long timeoutMs) throws InterruptedException {
      Worker started = running;
      return started == null || started.join(timeoutMs);
    }
  }
}
