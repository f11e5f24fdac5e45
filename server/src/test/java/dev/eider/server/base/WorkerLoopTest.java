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
    // given
    List<String> story = new ArrayList<>();
    Deque<Long> idleMs = new ArrayDeque<>(List.of(0L, 0L, 7L, 0L, 9L));
    WorkerLoop[] loop = new WorkerLoop[1];
    loop[0] =
        new WorkerLoop(
            threads,
            "carrier",
            () -> {
              story.add("turn");
              if (idleMs.size() == 1) {
                loop[0].askToStop();
              }
              return idleMs.remove();
            },
            NO_DEFECT);
    threads.onWait = ms -> story.add("wait " + ms);

    // when
    loop[0].start();
    threads.run();

    // then
    assertThat(story).containsExactly("turn", "turn", "turn", "wait 7", "turn", "turn");
  }

  @Test
  void shouldRestWhenNobodyWakesIt() {
    // given
    List<String> story = new ArrayList<>();
    Script script = new Script(story, 3);
    WorkerLoop loop = new WorkerLoop(threads, "carrier", script, NO_DEFECT);
    script.loop = loop;
    threads.onWait =
        ms -> {
          if (story.size() == 1) {
            loop.wake();
          }
        };

    // when
    loop.start();
    threads.run();

    // then: the first wait ends by a wake-up, the second by its time
    assertThat(story).containsExactly("turn", "turn", "rest", "turn");
  }

  @Test
  void shouldFinishWhatAStopHasToWaitFor() {
    // given
    List<String> story = new ArrayList<>();
    Script script = new Script(story, 1);
    script.owed = 2;
    WorkerLoop loop = new WorkerLoop(threads, "carrier", script, NO_DEFECT);
    script.loop = loop;

    // when
    loop.start();
    threads.run();

    // then
    assertThat(story).containsExactly("turn", "turn", "turn");
    assertThat(loop.isStopping()).isTrue();
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

  /** Stops after some turns. */
  private static final class Script implements WorkerLoop.Work {
    private final List<String> story;
    private final int turns;
    private int owed;
    private WorkerLoop loop;

    Script(List<String> story, int turns) {
      this.story = story;
      this.turns = turns;
    }

    @Override
    public long turn() {
      story.add("turn");
      if (loop.isStopping()) {
        owed--;
      } else if (story.stream().filter("turn"::equals).count() == turns) {
        loop.askToStop();
      }
      return 5;
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
    private OnWait onWait = ms -> {};

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
          onWait.waiting(timeoutMs);
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

  /** Told of each wait. */
  private interface OnWait {
    void waiting(long ms);
  }
}
