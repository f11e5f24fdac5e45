package dev.eider.it.connection;

import dev.eider.it.Events;
import dev.eider.v1.BrokerServiceGrpc;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.PublishResponse;
import dev.eider.v1.PublishStreamRequest;
import dev.eider.v1.PublishStreamResponse;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/**
 * Publishes numbered events without a producer and sends none twice, until the first that fails: so
 * what it was told must be all there is.
 *
 * <p>Sends on a thread of its own, is answered on the connection's; the methods may be called from
 * any.
 */
final class OnceOnlyPublisher {
  private static final int UNDER_WAY_MAX = 100;
  private static final long NUMBERS_EACH = 10_000_000;

  private final String runId;
  private final long firstNumber;
  private final TreeMap<Long, Long> seqByNumber = new TreeMap<>();
  private final CompletableFuture<Status> ended = new CompletableFuture<>();
  private final Semaphore room = new Semaphore(UNDER_WAY_MAX);

  private OnceOnlyPublisher(String runId, int id) {
    this.runId = runId;
    this.firstNumber = id * NUMBERS_EACH;
  }

  /** One call after the other. */
  static OnceOnlyPublisher unary(Channel channel, String runId, int id) {
    OnceOnlyPublisher publisher = new OnceOnlyPublisher(runId, id);
    FaultyNetwork.start("once-only-" + id, () -> publisher.call(channel));
    return publisher;
  }

  /** All on one stream, many under way. */
  static OnceOnlyPublisher streaming(Channel channel, String runId, int id) {
    OnceOnlyPublisher publisher = new OnceOnlyPublisher(runId, id);
    FaultyNetwork.start("once-only-" + id, () -> publisher.stream(channel));
    return publisher;
  }

  private void call(Channel channel) {
    try {
      for (long number = firstNumber; ; number++) {
        PublishResponse response =
            BrokerServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .publish(request(number));
        record(number, response);
      }
    } catch (RuntimeException refused) {
      ended.complete(Status.fromThrowable(refused));
    }
  }

  private void stream(Channel channel) {
    StreamObserver<PublishStreamRequest> requests =
        BrokerServiceGrpc.newStub(channel).publishStream(new Answers());
    try {
      for (long number = firstNumber; !ended.isDone(); number++) {
        if (room.tryAcquire(30, TimeUnit.SECONDS)) {
          requests.onNext(
              PublishStreamRequest.newBuilder()
                  .setRequestId(Long.toString(number))
                  .setPublish(request(number))
                  .build());
        }
      }
    } catch (IllegalStateException streamIsOver) {
      // The answers' end says why.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
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

  Status awaitEnd(Duration atMost) {
    return ended.orTimeout(atMost.toMillis(), TimeUnit.MILLISECONDS).join();
  }

  /** The answers of the stream. */
  private final class Answers implements StreamObserver<PublishStreamResponse> {
    @Override
    public void onNext(PublishStreamResponse response) {
      room.release();
      if (response.hasPublished()) {
        record(Long.parseLong(response.getRequestId()), response.getPublished());
      }
    }

    @Override
    public void onError(Throwable thrown) {
      ended.complete(Status.fromThrowable(thrown));
      room.release(UNDER_WAY_MAX);
    }

    @Override
    public void onCompleted() {
      ended.complete(Status.OK);
      room.release(UNDER_WAY_MAX);
    }
  }
}
