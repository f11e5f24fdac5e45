package dev.eider.server.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.server.base.Invariants.InvariantBroken;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class SystemThreadsTest {
  @Test
  void shouldRunOnAThreadOfItsName() throws Exception {
    CompletableFuture<String> name = new CompletableFuture<>();
    Worker worker =
        SystemThreads.INSTANCE.start(
            "carrier", () -> name.complete(Thread.currentThread().getName()), (n, t) -> {});
    assertThat(name.get(10, TimeUnit.SECONDS)).isEqualTo("carrier");
    assertThat(worker.join(10_000)).isTrue();
  }

  @Test
  void shouldTellWhenItHasNotEnded() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    Worker worker = SystemThreads.INSTANCE.start("carrier", () -> await(end), (n, t) -> {});
    assertThat(worker.join(1)).isFalse();
    end.countDown();
    assertThat(worker.join(10_000)).isTrue();
  }

  @Test
  void shouldReportADefect() throws Exception {
    // given
    CompletableFuture<String> reported = new CompletableFuture<>();

    // when
    Worker worker =
        SystemThreads.INSTANCE.start(
            "carrier",
            () -> Invariants.require(false, "seq is %d", 7),
            (name, defect) -> reported.complete(name + ": " + defect.getMessage()));

    // then
    assertThat(reported.get(10, TimeUnit.SECONDS)).isEqualTo("carrier: seq is 7");
    assertThat(worker.join(10_000)).isTrue();
  }

  @Test
  void shouldWaitForASignalRaisedBeforeOrMeanwhile() throws Exception {
    Signal signal = SystemThreads.INSTANCE.newSignal();
    signal.raise();
    signal.raise();
    assertThat(signal.await(20_000)).as("raised before").isTrue();
    assertThat(signal.await(1)).as("raised twice, wakes once").isFalse();
    Worker worker = SystemThreads.INSTANCE.start("raiser", signal::raise, (name, defect) -> {});
    assertThat(signal.await(20_000)).as("raised meanwhile").isTrue();
    assertThat(worker.join(10_000)).isTrue();
  }

  @Test
  void shouldRunTimersUntilClosed() throws Exception {
    // given
    CountDownLatch beats = new CountDownLatch(3);
    CountDownLatch once = new CountDownLatch(1);

    // when
    try (Timer timer = SystemThreads.INSTANCE.newTimer("beats")) {
      timer.after(1, once::countDown);
      Registration beating = timer.every(1, beats::countDown);

      // then
      assertThat(once.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(beats.await(10, TimeUnit.SECONDS)).isTrue();
      beating.close();
      beating.close();
    }
  }

  @Test
  void shouldRequireConditionsAndValues() {
    Invariants.require(true, "never said");
    assertThat(Invariants.requireNonNull("x", "never said")).isEqualTo("x");
    assertThatThrownBy(() -> Invariants.requireNonNull(null, "no %s", "run"))
        .isInstanceOf(InvariantBroken.class)
        .hasMessage("no run");
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
