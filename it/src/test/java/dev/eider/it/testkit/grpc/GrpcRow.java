package dev.eider.it.testkit.grpc;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import dev.eider.it.Refusal;
import dev.eider.it.testkit.Rule;
import dev.eider.it.testkit.workload.Answer;
import dev.eider.v1.BrokerServiceGrpc;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.PublishResponse;
import dev.eider.v1.PublishStreamRequest;
import dev.eider.v1.PublishStreamResponse;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Requests in a row on one PublishStream; its answers come on the connection's threads. */
final class GrpcRow implements StreamObserver<PublishStreamResponse> {
  private final List<PublishRequest> requests;
  private final List<Answer<PublishResponse>> answers = new ArrayList<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile Throwable error;

  GrpcRow(List<PublishRequest> requests) {
    this.requests = requests;
  }

  /** Sends all and waits for the end; what is not answered has an open outcome. */
  List<Answer<PublishResponse>> send(Channel channel, long deadlineMs) {
    StreamObserver<PublishStreamRequest> stream =
        BrokerServiceGrpc.newStub(channel)
            .withDeadlineAfter(deadlineMs, MILLISECONDS)
            .publishStream(this);
    for (PublishRequest publish : requests) {
      stream.onNext(PublishStreamRequest.newBuilder().setPublish(publish).build());
    }
    stream.onCompleted();
    awaitEnd();
    if (error != null) {
      Answer<PublishResponse> end =
          GrpcWire.answer(new StatusRuntimeException(Status.fromThrowable(error)));
      Rule.NO_DEFECT.require(end.isUnknown(), "a PublishStream ended with %s", error);
    }
    while (answers.size() < requests.size()) {
      answers.add(Answer.unknown());
    }
    return answers;
  }

  private void awaitEnd() {
    try {
      if (!ended.await(60, SECONDS)) {
        throw new AssertionError("a PublishStream outlived its deadline by a minute");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  @Override
  public void onNext(PublishStreamResponse response) {
    if (!response.hasError()) {
      answers.add(Answer.of(response.getPublished()));
      return;
    }
    Refusal refusal = Refusal.of(response.getError());
    answers.add(
        refusal.code() == Status.Code.UNAVAILABLE
            ? Answer.unknown()
            : Answer.refused(refusal.reason(), refusal.metadata()));
  }

  @Override
  public void onError(Throwable thrown) {
    error = thrown;
    ended.countDown();
  }

  @Override
  public void onCompleted() {
    ended.countDown();
  }
}
