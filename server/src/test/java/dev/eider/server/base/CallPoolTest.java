package dev.eider.server.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.eider.v1.ErrorReason;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class CallPoolTest {
  private static final long LONG_MS = 20_000;

  private final CallPool pool =
      new CallPool(SystemThreads.INSTANCE, "test", 1, "only %d at a time");
  private final List<String> told = new CopyOnWriteArrayList<>();
  private final CountDownLatch go = new CountDownLatch(1);

  @AfterEach
  void close() {
    go.countDown();
    pool.close();
  }

  @Test
  void shouldRefuseWhomItHasNoThreadFor() {
    pool.execute(this::block, 0, this::refused);

    pool.execute(() -> told.add("ran"), 0, this::refused);

    assertThat(told).containsExactly("OVERLOADED only 1 at a time");
  }

  @Test
  void shouldGiveAFreedThreadToWhoWaitedLongest() {
    // given
    pool.execute(this::block, 0, this::refused);
    pool.execute(() -> told.add("first"), LONG_MS, this::refused);
    pool.execute(() -> told.add("second"), LONG_MS, this::refused);

    // when
    go.countDown();

    // then
    await().untilAsserted(() -> assertThat(told).containsExactly("first", "second"));
  }

  @Test
  void shouldRefuseWhoWaitedTooLongAndKeepTheThread() {
    // given
    pool.execute(this::block, 0, this::refused);

    // when
    pool.execute(() -> told.add("late"), 1, this::refused);

    // then
    await().untilAsserted(() -> assertThat(told).containsExactly("OVERLOADED only 1 at a time"));
    go.countDown();
    await().until(() -> ran("next"));
    assertThat(told).doesNotContain("late");
  }

  @Test
  void shouldRefuseOnceItIsClosed() {
    pool.close();

    pool.execute(() -> told.add("ran"), 0, this::refused);

    assertThat(told).singleElement().asString().startsWith("SHUTTING_DOWN");
  }

  @Test
  void shouldAnswerOnceHoweverItEnds() {
    // given one whose time is over while its caller takes nothing
    Responses late = new Responses();
    SendingCall call = new SendingCall(pool, late, 1);

    // when
    call.start();
    await().until(() -> late.end != null);
    pool.endAll(BrokerException.of(ErrorReason.ERROR_REASON_SHUTTING_DOWN, "stopping"));
    call.cancel();

    // then
    assertThat(late.end).isEqualTo("WAIT_TIMED_OUT");
    await("its thread is free").until(() -> ran("next"));
  }

  @Test
  void shouldEndWhatIsOpenWhenTheDaemonStops() {
    // given
    Responses responses = new Responses();
    new SendingCall(pool, responses, LONG_MS).start();

    // when
    pool.endAll(BrokerException.of(ErrorReason.ERROR_REASON_SHUTTING_DOWN, "stopping"));

    // then
    assertThat(responses.end).isEqualTo("SHUTTING_DOWN");
    await("its thread is free").until(() -> ran("next"));
    assertThat(pool.count()).isZero();
  }

  private boolean ran(String what) {
    pool.execute(() -> told.add(what), 0, refusal -> {});
    return told.contains(what);
  }

  private void block() {
    try {
      if (!go.await(LONG_MS, TimeUnit.MILLISECONDS)) {
        throw new AssertionError("nobody ended the wait");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void refused(BrokerException refusal) {
    told.add(name(refusal) + " " + refusal.text());
  }

  private static String name(BrokerException refusal) {
    return refusal.reason().name().substring("ERROR_REASON_".length());
  }

  /** Sends a number. */
  private static final class SendingCall extends PooledCall<Integer> {
    SendingCall(CallPool pool, ResponseStream<Integer> responses, long msMax) {
      super(pool, responses, msMax);
    }

    @Override
    protected void work() throws InterruptedException {
      send(1);
      end();
    }

    @Override
    protected @Nullable BrokerException refusal(Exception failure) {
      return null;
    }

    @Override
    protected BrokerException timedOut() {
      return BrokerException.of(ErrorReason.ERROR_REASON_WAIT_TIMED_OUT, "late");
    }
  }

  /** A caller that takes nothing. */
  private static final class Responses implements ResponseStream<Integer> {
    private volatile @Nullable String end;

    @Override
    public boolean isReady() {
      return false;
    }

    @Override
    public void next(Integer response) {
      throw new AssertionError("it takes nothing");
    }

    @Override
    public void end() {
      setEnd("OK");
    }

    @Override
    public void fail(BrokerException refusal) {
      setEnd(name(refusal));
    }

    private void setEnd(String how) {
      assertThat(end).isNull();
      end = how;
    }
  }
}
