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
final class WorkerTest {
  @Test
  void shouldRunOnAThreadOfItsName() throws Exception {
    CompletableFuture<String> name = new CompletableFuture<>();
    Worker worker =
        new Worker("carrier", () -> name.complete(Thread.currentThread().getName()), (n, t) -> {});
    assertThat(name.get(10, TimeUnit.SECONDS)).isEqualTo("carrier");
    assertThat(worker.join(10_000)).isTrue();
  }

  @Test
  void shouldTellWhenItHasNotEnded() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    Worker worker = new Worker("carrier", () -> await(end), (n, t) -> {});
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
        new Worker(
            "carrier",
            () -> Invariants.require(false, "seq is %d", 7),
            (name, defect) -> reported.complete(name + ": " + defect.getMessage()));

    // then
    assertThat(reported.get(10, TimeUnit.SECONDS)).isEqualTo("carrier: seq is 7");
    assertThat(worker.join(10_000)).isTrue();
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
