package dev.eider.it;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.eider.v1.BrokerServiceGrpc;
import dev.eider.v1.PublishStreamRequest;
import dev.eider.v1.PublishStreamResponse;
import io.grpc.Channel;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/** One PublishStream call; its answers come on the connection's threads. */
final class PublishStreamCall implements StreamObserver<PublishStreamResponse> {
  private final List<PublishStreamResponse> responses = new CopyOnWriteArrayList<>();
  private final CompletableFuture<List<PublishStreamResponse>> ended = new CompletableFuture<>();
  private final StreamObserver<PublishStreamRequest> requests;

  PublishStreamCall(Channel channel) {
    requests = BrokerServiceGrpc.newStub(channel).publishStream(this);
  }

  void send(PublishStreamRequest request) {
    requests.onNext(request);
  }

  /** Sends, ends the stream from this side, and waits for the end from the other. */
  List<PublishStreamResponse> sendAll(List<PublishStreamRequest> all, Duration atMost) {
    all.forEach(this::send);
    requests.onCompleted();
    return await(atMost);
  }

  /** Waits for the end of the stream; throws its error. */
  List<PublishStreamResponse> await(Duration atMost) {
    try {
      return ended.get(atMost.toMillis(), MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new AssertionError(e.getCause());
    } catch (TimeoutException e) {
      throw new AssertionError("the stream still ran after " + atMost, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  List<PublishStreamResponse> responses() {
    return responses;
  }

  @Override
  public void onNext(PublishStreamResponse response) {
    responses.add(response);
  }

  @Override
  public void onError(Throwable thrown) {
    ended.completeExceptionally(thrown);
  }

  @Override
  public void onCompleted() {
    ended.complete(List.copyOf(responses));
  }
}
