package dev.eider.server.rpc;

import dev.eider.server.api.RequestValidator;
import dev.eider.server.base.ResponseStream;
import dev.eider.server.base.StreamedCall;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.function.Supplier;

/** Answers calls. */
final class Responses {
  /** Answers with what a stage completes with, on its thread; {@code begin} may throw a refusal. */
  static <R> void sendStage(
      StreamObserver<R> responses, Supplier<? extends CompletionStage<R>> begin) {
    sendStage(responses, begin, Function.identity());
  }

  /** Answers with what is made of what a stage completes with, on its thread. */
  static <T, R> void sendStage(
      StreamObserver<R> responses,
      Supplier<? extends CompletionStage<T>> begin,
      Function<T, R> toResponse) {
    tolerateCancel(responses);
    sendWhenDone(responses, begin, toResponse);
  }

  /**
   * Answers with what a computation that may block gives, on a thread where it may.
   *
   * @param check checks the request and returns the computation; a refusal is thrown
   */
  static <R> void sendFrom(
      Executor executor, StreamObserver<R> responses, Supplier<Supplier<R>> check) {
    try {
      Supplier<R> computation = check.get();
      tolerateCancel(responses);
      execute(executor, responses, () -> sendResult(responses, computation));
    } catch (RuntimeException refusal) {
      refuse(responses, refusal);
    }
  }

  /** Answers with a stage that is begun where it may block. */
  static <R> void sendFromStage(
      Executor executor,
      StreamObserver<R> responses,
      Supplier<? extends CompletionStage<R>> begin) {
    tolerateCancel(responses);
    execute(executor, responses, () -> sendWhenDone(responses, begin, Function.identity()));
  }

  /** Answers with what a call sends; {@code make} checks the request and may throw a refusal. */
  static <R> void stream(
      StreamObserver<R> responses, Function<ResponseStream<R>, StreamedCall> make) {
    try {
      start(responses, make.apply(new GrpcResponseStream<>(responses)));
    } catch (RuntimeException refusal) {
      refuse(responses, refusal);
    }
  }

  /** Starts a call that sends its own responses; throws a refusal. */
  static void start(StreamObserver<?> responses, StreamedCall call) {
    ServerCallStreamObserver<?> transport = (ServerCallStreamObserver<?>) responses;
    transport.setOnReadyHandler(call::wake);
    transport.setOnCancelHandler(call::cancel);
    call.start();
  }

  /** Refuses. */
  static void refuse(StreamObserver<?> responses, RuntimeException refusal) {
    responses.onError(StatusMapper.toException(refusal));
  }

  private static <T, R> void sendWhenDone(
      StreamObserver<R> responses,
      Supplier<? extends CompletionStage<T>> begin,
      Function<T, R> toResponse) {
    try {
      begin
          .get()
          .whenComplete(
              (value, failure) -> {
                if (failure != null) {
                  responses.onError(StatusMapper.toException(failure));
                } else {
                  sendResult(responses, () -> toResponse.apply(value));
                }
              });
    } catch (RuntimeException refusal) {
      refuse(responses, refusal);
    }
  }

  private static <R> void sendResult(StreamObserver<R> responses, Supplier<R> computation) {
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

  /** Drops an answer to a caller that has gone, which else would throw. Network thread. */
  static void tolerateCancel(StreamObserver<?> responses) {
    ((ServerCallStreamObserver<?>) responses).setOnCancelHandler(() -> {});
  }
}
