package dev.eider.server.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class WorkerLoopTest {
  private static final BiConsumer<String, Throwable> NO_DEFECT =
      (name, defect) -> {
        throw new AssertionError(name, defect);
      };

  private final StoppedThreads threads = new StoppedThreads();

  @Test
  void shouldTakeTurnsUntilThereIsNothingToDo() {
    Script script = new Script(5, 0, 0, 7, 0, 9);
    threads.onWait = ms -> script.story.add("wait " + ms);
    script.play();
    assertThat(script.story)
        .containsExactly("turn", "turn", "turn", "wait 7", "rest", "turn", "turn");
  }

  @Test
  void shouldRestWhenNobodyWakesIt() {
    // given a first wait that ends by a wake-up, and a second by its time
    Script script = new Script(3, 5, 5, 5);
    threads.onWait =
        ms -> {
          if (script.story.size() == 1) {
            script.loop.wake();
          }
        };

    // when
    script.play();

    // then
    assertThat(script.story).containsExactly("turn", "turn", "rest", "turn");
  }

  @Test
  void shouldFinishWhatAStopHasToWaitFor() {
    Script script = new Script(1, 5, 5, 5);
    script.owed = 2;
    script.play();
    assertThat(script.story).containsExactly("turn", "turn", "turn");
    assertThat(script.loop.isStopping()).isTrue();
  }

  @Test
  void shouldEndAPauseByAStopAndNotByAWakeUp() throws Exception {
    // given
    CompletableFuture<Boolean> first = new CompletableFuture<>();
    CompletableFuture<Boolean> second = new CompletableFuture<>();
    CountDownLatch isPausing = new CountDownLatch(1);
    WorkerLoop[] loop = new WorkerLoop[1];
    loop[0] =
        new WorkerLoop(
            SystemThreads.INSTANCE,
            "carrier",
            () -> {
              loop[0].wake();
              first.complete(loop[0].pause(1));
              isPausing.countDown();
              second.complete(loop[0].pause(60_000));
              return 0;
            },
            NO_DEFECT);
    loop[0].start();

    // when
    assertThat(isPausing.await(20, TimeUnit.SECONDS)).isTrue();
    boolean hasEnded = loop[0].stop(20_000);

    // then
    assertThat(hasEnded).isTrue();
    assertThat(first.get()).as("a wake-up does not cut it short, its time does").isTrue();
    assertThat(second.get()).isFalse();
  }

  @Test
  void shouldHaveEndedWhenItWasNeverStarted() throws Exception {
    assertThat(new WorkerLoop(threads, "carrier", () -> 1, NO_DEFECT).stop(1)).isTrue();
  }

  /** Stops after some turns, each of which says how long there is nothing to do. */
  private final class Script implements WorkerLoop.Work {
    private final WorkerLoop loop = new WorkerLoop(threads, "carrier", this, NO_DEFECT);
    private final List<String> story = new ArrayList<>();
    private final long[] idleMs;
    private int turnsLeft;
    private int turn;
    private int owed;

    Script(int turns, long... idleMs) {
      this.turnsLeft = turns;
      this.idleMs = idleMs;
    }

    void play() {
      loop.start();
      threads.run();
    }

    @Override
    public long turn() {
      story.add("turn");
      if (loop.isStopping()) {
        owed--;
      } else if (--turnsLeft == 0) {
        loop.askToStop();
      }
      return idleMs[turn++];
    }

    @Override
    public boolean mustFinish() {
      return owed > 0;
    }

    @Override
    public void rest() {
      story.add("rest");
    }
  }

  /** Threads whose work is done by the test's own, and whose waits take no time. */
  private static final class StoppedThreads implements Threads {
    private final Deque<Runnable> started = new ArrayDeque<>();
    private LongConsumer onWait = ms -> {};

    void run() {
      started.remove().run();
    }

    @Override
    public Worker start(String name, Runnable body, BiConsumer<String, Throwable> onDefect) {
      started.add(body);
      return timeoutMs -> started.isEmpty();
    }

    @Override
    public Signal newSignal() {
      return new Signal() {
        private boolean isRaised;

        @Override
        public void raise() {
          isRaised = true;
        }

        @Override
        public boolean await(long timeoutMs) {
          onWait.accept(timeoutMs);
          boolean wasRaised = isRaised;
          isRaised = false;
          return wasRaised;
        }
      };
    }

    @Override
    public Pool newPool(String name, int count) {
      throw new UnsupportedOperationException("a worker has no pool");
    }

    @Override
    public Timer newTimer(String name) {
      throw new UnsupportedOperationException("a worker has no timer");
    }
  }
}
