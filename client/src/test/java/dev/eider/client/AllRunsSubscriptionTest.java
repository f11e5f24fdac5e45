package dev.eider.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.eider.v1.BrokerServiceGrpc;
import dev.eider.v1.EventBatch;
import dev.eider.v1.EventEnvelope;
import dev.eider.v1.SubscribeAllRequest;
import dev.eider.v1.SubscribeAllResponse;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A broker that sends numbers, two a batch, with the last one as the token, and then breaks. */
@Timeout(60)
class AllRunsSubscriptionTest {
  private final Numbers numbers = new Numbers();
  private Server server;
  private EiderClient client;

  @BeforeEach
  void start() throws Exception {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
            .addService(numbers)
            .build()
            .start();
    client =
        EiderClient.connect(
            ClientConfig.defaults("127.0.0.1:" + server.getPort())
                .withBackoff(Duration.ofMillis(5), Duration.ofMillis(50))
                .withResumeTimeout(Duration.ofSeconds(20)));
  }

  @AfterEach
  void stop() {
    client.close();
    server.shutdownNow();
  }

  @Test
  void shouldResumeAfterTheLastBatchHandedOut() {
    List<Long> seqs = new ArrayList<>();
    try (AllRunsSubscription batches = client.subscribeAll(ByteString.copyFromUtf8("4"))) {
      while (seqs.size() < 40) {
        TokenedBatch batch = batches.next();
        batch.events().forEach(event -> seqs.add(event.getSeq()));
        assertThat(batch.resumeToken().toStringUtf8())
            .isEqualTo(String.valueOf(seqs.get(seqs.size() - 1)));
      }
    }
    assertThat(seqs).isEqualTo(LongStream.rangeClosed(5, 44).boxed().toList());
    assertThat(numbers.tokens).hasSizeGreaterThan(3).doesNotHaveDuplicates();
  }

  @Test
  void shouldHandOutWhatMovesTheTokenOrSaysThatAllIsThere() {
    numbers.filtered = true;
    try (AllRunsSubscription batches = client.subscribeAll(ByteString.EMPTY)) {
      assertThat(batches.next()).isEqualTo(new TokenedBatch(List.of(), token(9), false));
      assertThat(batches.next()).isEqualTo(new TokenedBatch(List.of(), token(9), true));
      assertThat(batches.poll(Duration.ofMillis(50))).isNull();
    }
  }

  @Test
  void shouldFailForGoodWhenTheTokenIsRefused() {
    try (AllRunsSubscription batches = client.subscribeAll(ByteString.copyFromUtf8("-1"))) {
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(batches::hasNext)
            .isInstanceOf(EiderException.class)
            .hasMessageContaining("reading all runs failed");
      }
    }
    assertThat(numbers.tokens).hasSize(1);
  }

  @Test
  void shouldEndWhenItIsClosed() {
    AllRunsSubscription batches = client.subscribeAll(ByteString.EMPTY);
    assertThat(batches.hasNext()).isTrue();
    batches.close();
    assertThat(batches.hasNext()).isFalse();
    assertThatThrownBy(batches::next).isInstanceOf(java.util.NoSuchElementException.class);
  }

  private static ByteString token(long seq) {
    return ByteString.copyFromUtf8(String.valueOf(seq));
  }

  private static final class Numbers extends BrokerServiceGrpc.BrokerServiceImplBase {
    private static final int BATCHES = 5;

    private final List<ByteString> tokens = new CopyOnWriteArrayList<>();
    private volatile boolean filtered;

    @Override
    public void subscribeAll(
        SubscribeAllRequest request, StreamObserver<SubscribeAllResponse> responses) {
      tokens.add(request.getResumeToken());
      String after = request.getResumeToken().toStringUtf8();
      long seq = after.isEmpty() ? 0 : Long.parseLong(after);
      if (seq < 0) {
        responses.onError(Status.INVALID_ARGUMENT.asRuntimeException());
      } else if (filtered) {
        sendNotices(responses);
      } else {
        for (int i = 0; i < BATCHES; i++, seq += 2) {
          responses.onNext(
              SubscribeAllResponse.newBuilder()
                  .setEvents(
                      EventBatch.newBuilder()
                          .addEnvelopes(envelope(seq + 1))
                          .addEnvelopes(envelope(seq + 2)))
                  .setResumeToken(token(seq + 2))
                  .build());
        }
        responses.onError(Status.UNAVAILABLE.asRuntimeException());
      }
    }

    private static EventEnvelope.Builder envelope(long seq) {
      return EventEnvelope.newBuilder().setRunId("run-" + seq % 3).setSeq(seq);
    }

    private static void sendNotices(StreamObserver<SubscribeAllResponse> responses) {
      SubscribeAllResponse.Builder at9 = SubscribeAllResponse.newBuilder().setResumeToken(token(9));
      responses.onNext(at9.setProgress(SubscribeAllResponse.Progress.getDefaultInstance()).build());
      responses.onNext(at9.setCaughtUp(SubscribeAllResponse.CaughtUp.getDefaultInstance()).build());
      responses.onNext(
          at9.setHeartbeat(SubscribeAllResponse.Heartbeat.getDefaultInstance()).build());
    }
  }
}
