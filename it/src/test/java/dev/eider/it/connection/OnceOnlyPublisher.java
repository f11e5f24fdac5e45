package dev.eider.it.connection;

import dev.eider.it.CallResult;
import dev.eider.it.Events;
import dev.eider.v1.BrokerServiceGrpc;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.PublishResponse;
import dev.eider.v1.PublishStreamRequest;
import dev.eider.v1.PublishStreamResponse;
import io.grpc.Channel;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/**
 * Publishes numbered events without a producer and sends none twice, until the first that fails: so
 * what it was told must be all there is. Thread-safe.
 */
final class OnceOnlyPublisher extends CallResult<PublishStreamResponse> {
  private static final int UNDER_WAY = 100;
  private static final long NUMBERS_EACH = 10_000_000;

  private final String runId;
  private final Map<Long, Long> seqByNumber = new TreeMap<>();
  private StreamObserver<PublishStreamRequest> requests;
  private long nextNumber;

  private OnceOnlyPublisher(String runId, int id) {
    this.runId = runId;
    this.nextNumber = id * NUMBERS_EACH;
  }

  /** One call after the other, on a thread of its own. */
  static OnceOnlyPublisher unary(Channel channel, String runId, int id) {
    OnceOnlyPublisher publisher = new OnceOnlyPublisher(runId, id);
    FaultyNetwork.start("once-only-" + id, () -> publisher.call(channel));
    return publisher;
  }

  private void call(Channel channel) {
    try {
      for (long number = nextNumber; ; number++) {
        PublishResponse response =
            BrokerServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .publish(request(number));
        record(number, response);
      }
    } catch (RuntimeException refused) {
      onError(refused);
    }
  }

  /** All on one stream, many under way: each answer sends the next. */
  static OnceOnlyPublisher streaming(Channel channel, String runId, int id) {
    OnceOnlyPublisher publisher = new OnceOnlyPublisher(runId, id);
    publisher.requests = BrokerServiceGrpc.newStub(channel).publishStream(publisher);
    for (int i = 0; i < UNDER_WAY; i++) {
      publisher.send();
    }
    return publisher;
  }

  private synchronized void send() {
    requests.onNext(
        PublishStreamRequest.newBuilder()
            .setRequestId(Long.toString(nextNumber))
            .setPublish(request(nextNumber))
            .build());
    nextNumber++;
  }

  @Override
  public void onNext(PublishStreamResponse response) {
    if (response.hasPublished()) {
      record(Long.parseLong(response.getRequestId()), response.getPublished());
    }
    send();
  }

  private PublishRequest request(long number) {
    return PublishRequest.newBuilder()
        .setRunId(runId)
        .setOpenIfMissing(true)
        .addEvents(Events.metric("", 0, "number", number))
        .build();
  }

  private synchronized void record(long number, PublishResponse response) {
    seqByNumber.put(number, response.getFirstSeq());
  }

  /** The seq that was answered, by the event's number. */
  synchronized Map<Long, Long> acks() {
    return new TreeMap<>(seqByNumber);
  }

  void awaitAcks(int count, Duration atMost) {
    Awaitility.await(count + " answers").atMost(atMost).until(() -> acks().size() >= count);
  }
}
