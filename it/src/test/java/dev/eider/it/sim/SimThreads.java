package dev.eider.it.sim;

import dev.eider.it.sim.Scheduler.Actor;
import dev.eider.it.sim.Scheduler.Death;
import dev.eider.it.sim.Scheduler.Span;
import dev.eider.server.base.Pool;
import dev.eider.server.base.Registration;
import dev.eider.server.base.Signal;
import dev.eider.server.base.Threads;
import dev.eider.server.base.Timer;
import dev.eider.server.base.Worker;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.BiConsumer;

/** The threads of one start of the daemon, in a simulation's turns. */
final class SimThreads implements Threads {
  private static final long LONG_MS = 3_600_000;

  private final Scheduler scheduler;
  private final Span life;

  SimThreads(Scheduler scheduler, Span life) {
    this.scheduler = scheduler;
    this.life = life;
  }

  @Override
  @SuppressWarnings("CatchAllThrowable") // as a real worker does
  public Worker start(String name, Runnable body, BiConsumer<String, Throwable> onDefect) {
    Actor actor =
        scheduler.start(
            name,
            life,
            () -> {
              try {
                body.run();
              } catch (Death death) {
                throw death;
              } catch (Throwable t) {
                onDefect.accept(name, t);
              }
            });
    return timeoutMs -> {
      long endMs = scheduler.nowMs() + timeoutMs;
      while (!actor.isDone() && scheduler.nowMs() < endMs) {
        scheduler.sleep(1);
      }
      return actor.isDone();
    };
  }

  @Override
  public Signal newSignal() {
    return scheduler.new SimSignal();
  }

  @Override
  public Pool newPool(String name, int count) {
    SimPool pool = new SimPool();
    for (int i = 0; i < count; i++) {
      Signal idle = newSignal();
      scheduler.start(name + "-" + i, life, () -> pool.work(idle));
    }
    return pool;
  }

  @Override
  public Timer newTimer(String name) {
    SimTimer timer = new SimTimer(newSignal());
    scheduler.start(name, life, timer::work);
    return timer;
  }

  private static void awaitOn(Signal signal, long ms) {
    try {
      boolean unused = signal.await(ms);
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a simulation", e);
    }
  }

  private static final class SimPool implements Pool {
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private final Deque<Signal> idle = new ArrayDeque<>();
    private boolean isClosed;

    @Override
    public void execute(Runnable task) {
      tasks.add(task);
      Signal worker = idle.poll();
      if (worker != null) {
        worker.raise();
      }
    }

    private void work(Signal signal) {
      while (!isClosed || !tasks.isEmpty()) {
        Runnable task = tasks.poll();
        if (task != null) {
          task.run();
        } else {
          idle.add(signal);
          awaitOn(signal, LONG_MS);
          idle.remove(signal);
        }
      }
    }

    @Override
    public void close() {
      isClosed = true;
      idle.forEach(Signal::raise);
    }
  }

  private final class SimTimer implements Timer {
    private final List<Beat> beats = new ArrayList<>();
    private final Signal changed;
    private boolean isClosed;

    SimTimer(Signal changed) {
      this.changed = changed;
    }

    @Override
    public Registration after(long delayMs, Runnable task) {
      return add(new Beat(scheduler.nowMs() + delayMs, 0, task));
    }

    @Override
    public Registration every(long periodMs, Runnable task) {
      return add(new Beat(scheduler.nowMs() + periodMs, periodMs, task));
    }

    private Registration add(Beat beat) {
      beats.add(beat);
      changed.raise();
      return () -> beats.removeIf(other -> other.task == beat.task);
    }

    private void work() {
      while (!isClosed) {
        long nowMs = scheduler.nowMs();
        List<Beat> due = beats.stream().filter(beat -> beat.dueMs <= nowMs).toList();
        beats.removeAll(due);
        for (Beat beat : due) {
          if (beat.periodMs > 0) {
            beats.add(new Beat(beat.dueMs + beat.periodMs, beat.periodMs, beat.task));
          }
          beat.task.run();
        }
        long nextMs = beats.stream().mapToLong(Beat::dueMs).min().orElse(nowMs + LONG_MS);
        awaitOn(changed, nextMs - nowMs);
      }
    }

    @Override
    public void close() {
      isClosed = true;
      changed.raise();
    }
  }

  private record Beat(long dueMs, long periodMs, Runnable task) {}
}
