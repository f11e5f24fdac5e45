package dev.eider.client;

import dev.eider.v1.PublishStreamRequest;
import dev.eider.v1.PublishStreamResponse;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One PublishStream call, which passes its callbacks to the link. Owned by the worker thread. */
final class PublishCall
    implements ClientResponseObserver<PublishStreamRequest, PublishStreamResponse> {
  private final PublishLink link;
  // Set by the stub before any other callback.
  private @Nullable ClientCallStreamObserver<PublishStreamRequest> requests;

  PublishCall(PublishLink link) {
    this.link = link;
  }

  /** Returns whether the transport accepts more without queueing. */
  boolean isReady() {
    return requests().isReady();
  }

  void send(PublishStreamRequest request) {
    requests().onNext(request);
  }

  /** Ends the stream after the requests sent so far. */
  void finish() {
    requests().onCompleted();
  }

  /** Cancels the stream, with all unanswered requests. */
  void cancel(String why) {
    requests().cancel(why, null);
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<PublishStreamRequest> stream) {
    requests = stream;
    stream.setOnReadyHandler(() -> link.ready(this));
  }

  @Override
  public void onNext(PublishStreamResponse response) {
    link.answered(this, response);
  }

  @Override
  public void onError(Throwable thrown) {
    link.ended(this, EiderException.of(thrown));
  }

  @Override
  public void onCompleted() {
    link.ended(this, EiderException.local(Status.Code.UNAVAILABLE, "the daemon ended the stream"));
  }

  private ClientCallStreamObserver<PublishStreamRequest> requests() {
    return Objects.requireNonNull(requests, "the stream has not begun");
  }
}
