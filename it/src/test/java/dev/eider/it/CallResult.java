package dev.eider.it;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** What comes back from one call, and how it ends. Thread-safe. */
public class CallResult<T> implements StreamObserver<T> {
  private final List<T> responses = new CopyOnWriteArrayList<>();
  private final CompletableFuture<StatusRuntimeException> ended = new CompletableFuture<>();

  @Override
  public void onNext(T response) {
    responses.add(response);
  }

  @Override
  public void onError(Throwable thrown) {
    ended.complete((StatusRuntimeException) thrown);
  }

  @Override
  public void onCompleted() {
    ended.complete(Status.OK.asRuntimeException());
  }

  public final List<T> responses() {
    return responses;
  }

  public final boolean isOk() {
    return ended.isDone() && ended.join().getStatus().isOk();
  }

  public final Status awaitEnd(Duration atMost) {
    return await(atMost).getStatus();
  }

  public final Refusal awaitRefusal(Duration atMost) {
    return Refusal.of(await(atMost));
  }

  private StatusRuntimeException await(Duration atMost) {
    return ended.copy().orTimeout(atMost.toMillis(), TimeUnit.MILLISECONDS).join();
  }
}
