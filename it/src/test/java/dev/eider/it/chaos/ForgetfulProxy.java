package dev.eider.it.chaos;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.eider.v1.BrokerServiceGrpc;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.PublishResponse;
import io.grpc.Channel;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands before a daemon and makes a bad one of it: with it, publishes have no producers, or are
 * acknowledged before they are stored. Thread-safe.
 */
final class ForgetfulProxy extends BrokerServiceGrpc.BrokerServiceImplBase
    implements AutoCloseable {
  /** Its defect. */
  enum Habit {
    /** Strips the producer, and loses every second answer. */
    FORGETS_PRODUCERS,
    /** Answers with the seqs to come, and does not get around to storing every second request. */
    ANSWERS_FIRST
  }

  private final Habit habit;
  private final BrokerServiceGrpc.BrokerServiceBlockingStub daemon;
  private final Server server;

  /** A connection to the proxy. */
  final ManagedChannel channel;

  private final AtomicInteger requests = new AtomicInteger();
  private long head;

  ForgetfulProxy(Habit habit, Channel toDaemon) {
    this.habit = habit;
    daemon = BrokerServiceGrpc.newBlockingStub(toDaemon);
    try {
      server =
          Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
              .addService(this)
              .build()
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    channel =
        Grpc.newChannelBuilder("127.0.0.1:" + server.getPort(), InsecureChannelCredentials.create())
            .build();
  }

  @Override
  public void publish(PublishRequest request, StreamObserver<PublishResponse> answer) {
    boolean isSecond = requests.incrementAndGet() % 2 == 0;
    PublishResponse response =
        habit == Habit.ANSWERS_FIRST
            ? answerFirst(request, isSecond)
            : store(request.toBuilder().clearProducer().build());
    if (habit == Habit.FORGETS_PRODUCERS && isSecond) {
      answer.onError(Status.UNAVAILABLE.asRuntimeException());
      return;
    }
    answer.onNext(response);
    answer.onCompleted();
  }

  private synchronized PublishResponse answerFirst(PublishRequest request, boolean isForgotten) {
    if (!isForgotten) {
      return store(request);
    }
    long last = head + request.getEventsCount();
    return PublishResponse.newBuilder().setFirstSeq(head + 1).setLastSeq(last).build();
  }

  private synchronized PublishResponse store(PublishRequest request) {
    PublishResponse response = daemon.withDeadlineAfter(10, SECONDS).publish(request);
    head = response.getLastSeq();
    return response;
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
  }
}
