package dev.eider.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.v1.EventEnvelope;
import io.grpc.Status;
import io.grpc.Status.Code;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class ClientValuesTest {
  @Test
  void shouldHaveTheseDefaults() {
    assertThat(ClientConfig.defaults())
        .isEqualTo(
            new ClientConfig(
                "localhost:7117",
                Duration.ofSeconds(30),
                Duration.ofMillis(50),
                Duration.ofSeconds(5),
                Duration.ofSeconds(60),
                Duration.ofSeconds(60),
                Duration.ofSeconds(20),
                Duration.ofSeconds(10),
                20 << 20));
    assertThat(PublisherConfig.defaults())
        .isEqualTo(
            new PublisherConfig(
                500,
                1 << 20,
                2,
                10_000,
                32 << 20,
                true,
                "",
                0,
                Duration.ofSeconds(60),
                Duration.ofSeconds(60)));
  }

  @Test
  void shouldRefuseSettingsOutOfRange() {
    assertThatThrownBy(() -> ClientConfig.defaults().withCallDeadline(Duration.ZERO))
        .hasMessageContaining("callDeadline");
    Duration tooShort = Duration.ofMillis(9_999);
    assertThatThrownBy(() -> ClientConfig.defaults().withKeepAlive(tooShort, tooShort))
        .hasMessageContaining("keepAliveTime must be at least");
    assertThatThrownBy(() -> PublisherConfig.defaults().withBatch(10_001, 1))
        .hasMessageContaining("10,000");
    assertThatThrownBy(() -> PublisherConfig.defaults().withPending(0, 1))
        .hasMessageContaining("pendingEventsMax");
  }

  @Test
  void shouldBackOffBetweenItsBounds() {
    Backoff backoff = new Backoff(100, 1_000, new Random(7));
    for (int failures = 1; failures < 100; failures++) {
      long longest = Math.min(1_000, 100L << Math.min(failures - 1, 10));
      assertThat(backoff.delayNanos(failures)).isBetween(longest / 2, longest);
    }
  }

  @Test
  void shouldRetryUntilTheTimeIsOver() {
    RetryState retry = new RetryState(new Backoff(10, 10, new Random(7)), 100);
    assertThat(retry.failed(0, 0)).isBetween(5L, 10L);
    assertThat(retry.failed(30, 40)).isBetween(40L, 60L);
    assertThat(retry.failed(90, 40)).isEqualTo(10);
    assertThat(retry.hasTimedOut(100)).isFalse();
    assertThat(retry.failed(100, 0)).isEqualTo(RetryState.GIVE_UP);
    assertThat(retry.hasTimedOut(101)).isTrue();
    retry.succeeded();
    assertThat(retry.failed(1_000, 0)).isPositive();
  }

  @Test
  void shouldTellALostConnectionFromARefusal() {
    for (Status.Code code :
        List.of(Code.UNAVAILABLE, Code.UNKNOWN, Code.CANCELLED, Code.INTERNAL)) {
      EiderException lost = EiderException.of(code.toStatus().asRuntimeException());
      assertThat(lost.isStreamLost()).as("%s", code).isTrue();
      assertThat(lost.isDaemonAway()).as("%s", code).isTrue();
    }
    for (Status.Code code : List.of(Code.INVALID_ARGUMENT, Code.UNIMPLEMENTED, Code.DATA_LOSS)) {
      EiderException refused = EiderException.of(code.toStatus().asRuntimeException());
      assertThat(refused.isStreamLost()).as("%s", code).isFalse();
      assertThat(refused.isDaemonAway()).as("%s", code).isFalse();
    }
  }

  @Test
  void shouldReadBackItsRequestIds() {
    PublishRequestId id = new PublishRequestId(12, 3, 4_567_890_123L);
    assertThat(PublishRequestId.parse(id.text())).isEqualTo(id);
    assertThat(PublishRequestId.parse("1.2")).isNull();
    assertThat(PublishRequestId.parse("a.b.c")).isNull();
  }

  @Test
  void shouldComputeTheDigestOfARun() throws Exception {
    EventEnvelope first = envelope(1);
    RunDigest digest = RunDigest.of("run");
    MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
    byte[] expected = sha256.digest("run".getBytes(StandardCharsets.UTF_8));
    assertThat(digest.value()).isEqualTo(expected);

    byte[] event = sha256.digest(first.getEvent().toByteArray());
    sha256.update(expected);
    sha256.update(event);
    assertThat(digest.add(first).value()).isEqualTo(sha256.digest());
    assertThatThrownBy(() -> digest.add(first)).isInstanceOf(IllegalArgumentException.class);
    assertThat(digest.add(envelope(2)).value()).hasSize(32);
  }

  private static EventEnvelope envelope(long seq) {
    return EventEnvelope.newBuilder()
        .setRunId("run")
        .setSeq(seq)
        .setEvent(Events.metric((int) seq))
        .build();
  }
}
