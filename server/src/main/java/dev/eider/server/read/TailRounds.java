package dev.eider.server.read;

import dev.eider.server.base.Listeners;
import dev.eider.server.base.Registration;
import dev.eider.server.base.Timer;
import dev.eider.server.hub.RunTail;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the readers of a tail take a step when it has changed, in rounds.
 *
 * <p>However many readers a run has, a batch that changes it costs the sequencer one task. A tail
 * has one round at a time; it runs on a live thread and takes each reader in turn, and what changes
 * meanwhile is left to the next one. After a round of many readers the next one waits a moment, in
 * proportion to their number: a response costs nearly the same with one event as with several, and
 * readers who get each event alone would keep the machine from taking the next. The first event
 * after a rest never waits.
 *
 * <p>Thread-safe.
 */
final class TailRounds {
  private static final Logger LOG = LoggerFactory.getLogger(TailRounds.class);

  /** About what two responses cost, so that a round may take half of a processor. */
  private static final long PAUSE_US_A_READER = 20;

  private static final long PAUSE_MS_MAX = 10;

  private final Map<RunTail, Rounds> roundsByTail = new ConcurrentHashMap<>();
  private final Executor live;
  private final Timer timer;

  TailRounds(Executor live, Timer timer) {
    this.live = live;
    this.timer = timer;
  }

  /** Has a reader take a step on a live thread after each change of a tail from now on. */
  Registration join(RunTail tail, Runnable step) {
    List<Registration> place = new ArrayList<>(1);
    roundsByTail.compute(
        tail,
        (key, known) -> {
          Rounds rounds = known == null ? new Rounds(key) : known;
          place.add(rounds.add(step));
          return rounds;
        });
    AtomicBoolean hasLeft = new AtomicBoolean();
    return () -> {
      if (hasLeft.compareAndSet(false, true)) {
        leave(tail, place.get(0));
      }
    };
  }

  private void leave(RunTail tail, Registration place) {
    roundsByTail.computeIfPresent(
        tail,
        (key, rounds) -> {
          rounds.remove(place);
          return rounds.isDeserted() ? null : rounds;
        });
  }

  /** Returns how many tails have readers. */
  int tailCount() {
    return roundsByTail.size();
  }

  /** The readers of one tail. Readers come and go while the tail's entry in the map is locked. */
  private final class Rounds {
    private final Listeners<Runnable> readers = new Listeners<>();
    private final AtomicInteger changes = new AtomicInteger();
    private final AtomicInteger readerCount = new AtomicInteger();
    private final Registration hearing;

    Rounds(RunTail tail) {
      hearing = tail.addListener(this::changed);
    }

    Registration add(Runnable step) {
      readerCount.incrementAndGet();
      return readers.add(step);
    }

    void remove(Registration place) {
      place.close();
      readerCount.decrementAndGet();
      if (isDeserted()) {
        hearing.close();
      }
    }

    boolean isDeserted() {
      return readerCount.get() == 0;
    }

    private void changed() {
      if (changes.getAndIncrement() == 0) {
        begin();
      }
    }

    private void begin() {
      try {
        live.execute(this::run);
      } catch (RejectedExecutionException e) {
        LOG.debug("a run changes while the daemon stops", e);
      }
    }

    private void run() {
      int seen = changes.get();
      readers.forEach(Runnable::run);
      long pauseMs = Math.min(PAUSE_MS_MAX, readerCount.get() * PAUSE_US_A_READER / 1_000);
      if (pauseMs == 0) {
        goOn(seen);
      } else {
        pause(pauseMs, seen);
      }
    }

    private void pause(long pauseMs, int seen) {
      try {
        var unused = timer.after(pauseMs, () -> goOn(seen));
      } catch (RejectedExecutionException e) {
        LOG.debug("a run's readers are told while the daemon stops", e);
      }
    }

    private void goOn(int seen) {
      if (changes.addAndGet(-seen) != 0) {
        begin();
      }
    }
  }
}
