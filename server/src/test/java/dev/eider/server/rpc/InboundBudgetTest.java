package dev.eider.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.server.base.BrokerException;
import dev.eider.v1.ErrorReason;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class InboundBudgetTest {
  private static final long BYTES_MAX = 4 << 20;
  private static final long UNARY_BYTES_MAX = 3 << 20;

  private final List<BrokerException> refusals = new ArrayList<>();
  private long nowNanos;
  private final InboundBudget budget = new InboundBudget(BYTES_MAX, 4, () -> nowNanos);

  @Test
  void shouldRefuseTheCallThatExceedsTheBoundBeforeItsRequestIsWhole() {
    // given
    InboundCall first = call();
    first.inboundWireSize(UNARY_BYTES_MAX);

    // when
    call().inboundWireSize(2_000);

    // then
    assertThat(refusals)
        .singleElement()
        .extracting(BrokerException::reason)
        .isEqualTo(overloaded());
    assertThat(refusals.get(0).metadata()).containsEntry("limit_bytes", "" + BYTES_MAX);
  }

  @Test
  void shouldRefuseACallOnce() {
    call().inboundWireSize(UNARY_BYTES_MAX);
    InboundCall refused = call();
    refused.inboundWireSize(2_000);
    refused.inboundWireSize(2_000);
    assertThat(refusals).hasSize(1);
  }

  @Test
  void shouldLetSmallRequestsThroughAndOneAloneInAnyCase() {
    call().inboundWireSize(2 * BYTES_MAX);
    call().inboundWireSize(InboundBudget.SMALL_BYTES);
    assertThat(refusals).isEmpty();
  }

  @Test
  void shouldHoldUntilReleasedOrClosed() {
    // given
    InboundCall released = call();
    InboundCall closed = call();
    released.inboundWireSize(1_000_000);
    closed.inboundWireSize(1_000_000);

    // when
    released.release();
    closed.streamClosed(Status.OK);

    // then
    assertThat(budget.bytes()).isZero();
    assertThat(budget.calls()).isEqualTo(1);
  }

  @Test
  void shouldCountWhatIsDecompressed() {
    InboundCall compressed = call();
    compressed.inboundWireSize(10_000);
    compressed.inboundUncompressedSize(1_000_000);
    assertThat(budget.bytes()).isEqualTo(1_000_000);
  }

  @Test
  void shouldEndTheUploadThatDoesNotGoOnWhenAnotherIsRefused() {
    // given
    InboundCall stalled = call();
    stalled.inboundWireSize(UNARY_BYTES_MAX);
    nowNanos += TimeUnit.SECONDS.toNanos(11);

    // when
    call().inboundWireSize(2_000);

    // then
    assertThat(refusals).hasSize(2);
  }

  @Test
  void shouldWakeTheStreamsThatWaitWhenThereIsRoom() {
    // given
    InboundCall large = call();
    large.inboundWireSize(BYTES_MAX);
    List<Integer> woken = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      int number = i;
      assertThat(budget.awaitRoom(() -> woken.add(number))).isTrue();
    }

    // when
    large.release();

    // then as many as there is room for, oldest first
    assertThat(woken).containsExactly(0, 1, 2);
    assertThat(budget.awaitRoom(() -> woken.add(9))).isFalse();
  }

  @Test
  void shouldCountCalls() {
    for (int i = 0; i < 4; i++) {
      call();
    }
    assertThat(budget.hasTooManyCalls()).isFalse();
    InboundCall fifth = call();
    assertThat(budget.hasTooManyCalls()).isTrue();
    fifth.streamClosed(Status.CANCELLED);
    assertThat(budget.hasTooManyCalls()).isFalse();
    assertThat(budget.tooManyCalls().reason()).isEqualTo(overloaded());
  }

  private InboundCall call() {
    InboundCall call = new InboundCall(budget);
    call.onRefusal(refusals::add);
    return call;
  }

  private static ErrorReason overloaded() {
    return ErrorReason.ERROR_REASON_OVERLOADED;
  }
}
