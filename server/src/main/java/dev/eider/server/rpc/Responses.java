package dev.eider.server.rpc;

import dev.eider.server.api.RequestValidator;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.function.Supplier;

/** Answers unary calls. */
final class Responses {
  private Responses() {}

  /** Answers with what a stage completes with, on its thread. */
  static <T, R> void send(
      StreamObserver<R> responses, CompletionStage<T> stage, Function<T, R> toResponse) {
    stage.whenComplete(
        (value, failure) -> {
          if (failure != null) {
            responses.onError(StatusMapper.toException(failure));
          } else {
            send(responses, () -> toResponse.apply(value));
          }
        });
  }

  /** Answers with what a computation that may block gives, on a thread where it may. */
  static <R> void sendFrom(
      Executor executor, StreamObserver<R> responses, Supplier<R> computation) {
    tolerateCancel(responses);
    execute(executor, responses, () -> send(responses, computation));
  }

  /**
   * Answers with what a stage completes with; beginning it may block and happens on a thread where
   * it may.
   */
  static <R> void sendFromStage(
      Executor executor,
      StreamObserver<R> responses,
      Supplier<? extends CompletionStage<R>> begin) {
    tolerateCancel(responses);
    execute(
        executor,
        responses,
        () -> {
          try {
            send(responses, begin.get(), response -> response);
          } catch (RuntimeException refusal) {
            refuse(responses, refusal);
          }
        });
  }

  /** Refuses. */
  static void refuse(StreamObserver<?> responses, RuntimeException refusal) {
    responses.onError(StatusMapper.toException(refusal));
  }

  private static <R> void send(StreamObserver<R> responses, Supplier<R> computation) {
    R response;
    try {
      response = computation.get();
    } catch (RuntimeException refusal) {
      refuse(responses, refusal);
      return;
    }
    responses.onNext(response);
    responses.onCompleted();
  }

  private static void execute(Executor executor, StreamObserver<?> responses, Runnable body) {
    try {
      executor.execute(body);
    } catch (RejectedExecutionException e) {
      refuse(responses, RequestValidator.shuttingDown());
    }
  }

  /**
   * Lets an answer to a caller that has gone be dropped; without this it would throw. For the
   * network thread.
   */
  static void tolerateCancel(StreamObserver<?> responses) {
    ((ServerCallStreamObserver<?>) responses).setOnCancelHandler(() -> {});
  }
}
