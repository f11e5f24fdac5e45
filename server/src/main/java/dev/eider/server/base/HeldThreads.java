package dev.eider.server.base;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
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
  private final List<Runnable> held = new ArrayList<>();

  @GuardedBy("this")
  private boolean isReleased;

  public HeldThreads(Threads threads) {
    this.threads = threads;
  }

  /** Starts the workers held back, in the order in which they came, and later ones at once. */
  public synchronized void release() {
    isReleased = true;
    held.forEach(Runnable::run);
    held.clear();
  }

  /** Starts it now or later; waiting for one that was never started does not wait. */
  @Override
  public synchronized Worker start(
      String name, Runnable body, BiConsumer<String, Throwable> onDefect) {
    AtomicReference<@Nullable Worker> running = new AtomicReference<>();
    Runnable starting = () -> running.set(threads.start(name, body, onDefect));
    if (isReleased) {
      starting.run();
    } else {
      held.add(starting);
    }
    return timeoutMs -> {
      Worker started = running.get();
      return started == null || started.join(timeoutMs);
    };
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
}
