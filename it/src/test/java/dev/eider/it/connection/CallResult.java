package dev.eider.it.connection;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** What comes back from one call, and how it ends. Thread-safe. */
class CallResult<T> implements StreamObserver<T> {
  private final List<T> responses = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Status> ended = new CompletableFuture<>();

  @Override
  public void onNext(T response) {
    responses.add(response);
  }

  @Override
  public void onError(Throwable thrown) {
    ended.complete(Status.fromThrowable(thrown));
  }

  @Override
  public void onCompleted() {
    ended.complete(Status.OK);
  }

  List<T> responses() {
    return responses;
  }

  boolean hasEnded() {
    return ended.isDone();
  }

  boolean isOk() {
    return ended.isDone() && ended.join().isOk();
  }

  Status awaitEnd(Duration atMost) {
    return ended.orTimeout(atMost.toMillis(), TimeUnit.MILLISECONDS).join();
  }
}
