package dev.eider.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.eider.v1.BrokerServiceGrpc;
import dev.eider.v1.SubscribeAllRequest;
import dev.eider.v1.SubscribeAllResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class AllRunsSubscriptionTest {
  private static final ByteString AT_9 = ByteString.copyFromUtf8("9");
  private static final ByteString REFUSED = ByteString.copyFromUtf8("none");

  private final Notices notices = new Notices();
  @RegisterExtension private final ScriptedServer server = new ScriptedServer(notices);
  private final EiderClient client = server.client;

  @Test
  void shouldHandOutWhatMovesTheTokenOrSaysThatAllIsThere() {
    try (AllRunsSubscription batches = client.subscribeAll(ByteString.EMPTY)) {
      assertThat(batches.next()).isEqualTo(new TokenedBatch(List.of(), AT_9, false));
      assertThat(batches.next()).isEqualTo(new TokenedBatch(List.of(), AT_9, true));
      assertThat(batches.poll(Duration.ofMillis(50))).isNull();
    }
  }

  @Test
  void shouldFailForGoodWhenTheTokenIsRefused() {
    try (AllRunsSubscription batches = client.subscribeAll(REFUSED)) {
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(batches::hasNext)
            .isInstanceOf(EiderException.class)
            .hasMessageContaining("reading all runs failed");
      }
    }
    assertThat(notices.asked).hasValue(1);
  }

  @Test
  void shouldEndWhenItIsClosed() {
    AllRunsSubscription batches = client.subscribeAll(ByteString.EMPTY);
    assertThat(batches.hasNext()).isTrue();
    batches.close();
    assertThat(batches.hasNext()).isFalse();
    assertThatThrownBy(batches::next).isInstanceOf(NoSuchElementException.class);
  }

  /** Has no events, and says so. */
  private static final class Notices extends BrokerServiceGrpc.BrokerServiceImplBase {
    private final AtomicInteger asked = new AtomicInteger();

    @Override
    public void subscribeAll(
        SubscribeAllRequest request, StreamObserver<SubscribeAllResponse> responses) {
      asked.incrementAndGet();
      if (request.getResumeToken().equals(REFUSED)) {
        responses.onError(Status.INVALID_ARGUMENT.asRuntimeException());
        return;
      }
      SubscribeAllResponse.Builder at9 = SubscribeAllResponse.newBuilder().setResumeToken(AT_9);
      responses.onNext(at9.setProgress(SubscribeAllResponse.Progress.getDefaultInstance()).build());
      responses.onNext(at9.setCaughtUp(SubscribeAllResponse.CaughtUp.getDefaultInstance()).build());
      responses.onNext(
          at9.setHeartbeat(SubscribeAllResponse.Heartbeat.getDefaultInstance()).build());
    }
  }
}
