package dev.eider.server.store.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.server.base.Signal;
import dev.eider.server.base.SystemThreads;
import dev.eider.server.store.StoreException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SharedReadTest {
  private final AtomicInteger reads = new AtomicInteger();

  @Test
  void shouldReadOnce() throws StoreException {
    SharedRead<Integer> read = new SharedRead<>(reads::incrementAndGet);
    read.run();
    assertThat(read.await(SystemThreads.INSTANCE::newSignal)).isEqualTo(1);
    assertThat(read.await(SystemThreads.INSTANCE::newSignal)).isEqualTo(1);
  }

  @Test
  void shouldWaitForWhoHasBegun() throws Exception {
    // given
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch waiting = new CountDownLatch(1);
    SharedRead<Integer> read =
        new SharedRead<>(
            () -> {
              begun.countDown();
              awaitLatch(waiting);
              return reads.incrementAndGet();
            });
    CompletableFuture<Void> other = CompletableFuture.runAsync(read::run);
    awaitLatch(begun);

    // when
    int result =
        read.await(
            () -> {
              Signal signal = SystemThreads.INSTANCE.newSignal();
              waiting.countDown();
              return signal;
            });

    // then
    assertThat(result).isEqualTo(1);
    other.get(10, TimeUnit.SECONDS);
  }

  @Test
  void shouldTellOfAFailure() {
    SharedRead<Integer> read =
        new SharedRead<>(
            () -> {
              throw new StoreException("lost");
            });
    read.run();
    assertThatThrownBy(() -> read.await(SystemThreads.INSTANCE::newSignal))
        .isInstanceOf(StoreException.class)
        .hasMessage("lost");
  }

  @Test
  void shouldLeaveNobodyWaitingAfterADefect() throws StoreException {
    SharedRead<Integer> read =
        new SharedRead<>(
            () -> {
              throw new IllegalStateException("broken");
            });
    assertThatThrownBy(read::run).hasMessage("broken");
    assertThat(read.await(SystemThreads.INSTANCE::newSignal)).isNull();
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
