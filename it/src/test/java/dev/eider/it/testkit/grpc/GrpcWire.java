package dev.eider.it.testkit.grpc;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import com.google.protobuf.Parser;
import dev.eider.it.RawResponse;
import dev.eider.it.Refusal;
import dev.eider.it.testkit.Rule;
import dev.eider.it.testkit.workload.Answer;
import dev.eider.it.testkit.workload.Inflow;
import dev.eider.it.testkit.workload.Wire;
import dev.eider.v1.BrokerServiceGrpc;
import dev.eider.v1.BrokerServiceGrpc.BrokerServiceBlockingStub;
import dev.eider.v1.CloseRunRequest;
import dev.eider.v1.ColdStreamRequest;
import dev.eider.v1.ColdStreamResponse;
import dev.eider.v1.DeleteRunRequest;
import dev.eider.v1.DeleteRunResponse;
import dev.eider.v1.ForkRequest;
import dev.eider.v1.ForkResponse;
import dev.eider.v1.GetRunRequest;
import dev.eider.v1.OpenRunRequest;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.PublishResponse;
import dev.eider.v1.PublishStreamRequest;
import dev.eider.v1.PublishStreamResponse;
import dev.eider.v1.Run;
import dev.eider.v1.RunServiceGrpc;
import dev.eider.v1.RunServiceGrpc.RunServiceBlockingStub;
import dev.eider.v1.SubscribeAllRequest;
import dev.eider.v1.SubscribeAllResponse;
import dev.eider.v1.SubscribeRequest;
import dev.eider.v1.SubscribeResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** The way to a real daemon, by gRPC. Thread-safe. */
public record GrpcWire(Channel channel, int patienceMs) implements Wire {
  private static final Set<Status.Code> IN_DOUBT =
      Set.of(Status.Code.UNAVAILABLE, Status.Code.CANCELLED, Status.Code.DEADLINE_EXCEEDED);

  public GrpcWire(Channel channel) {
    this(channel, 1_500);
  }

  /**
   * Returns whether a call that ended like this has an open outcome. UNKNOWN is a defect if the
   * daemon says it; gRPC's client makes one of its own when the connection closes under a request
   * that is being written, and then has the cause at hand.
   */
  public static boolean isInDoubt(Status status) {
    return IN_DOUBT.contains(status.getCode())
        || (status.getCode() == Status.Code.UNKNOWN
            && status.getCause() instanceof ClosedChannelException);
  }

  static <T> Answer<T> answer(StatusRuntimeException e) {
    if (isInDoubt(e.getStatus())) {
      return Answer.unknown();
    }
    Refusal refusal = Refusal.of(e);
    String reason = refusal.reason().isEmpty() ? "none, " + e.getStatus() : refusal.reason();
    return Answer.refused(reason, refusal.metadata());
  }

  private static <T> Answer<T> once(Supplier<T> call) {
    try {
      return Answer.of(call.get());
    } catch (StatusRuntimeException e) {
      return answer(e);
    }
  }

  private BrokerServiceBlockingStub broker(long deadlineMs) {
    return BrokerServiceGrpc.newBlockingStub(channel).withDeadlineAfter(deadlineMs, MILLISECONDS);
  }

  private RunServiceBlockingStub runs(long deadlineMs) {
    return RunServiceGrpc.newBlockingStub(channel).withDeadlineAfter(deadlineMs, MILLISECONDS);
  }

  @Override
  public Answer<PublishResponse> publish(PublishRequest request, long deadlineMs) {
    return once(() -> broker(deadlineMs).publish(request));
  }

  @Override
  public List<Answer<PublishResponse>> publishRow(List<PublishRequest> requests, long deadlineMs) {
    List<PublishStreamRequest> row =
        requests.stream()
            .map(request -> PublishStreamRequest.newBuilder().setPublish(request).build())
            .toList();
    List<Answer<PublishResponse>> answers = new ArrayList<>();
    try (Inflow<PublishStreamResponse> responses =
        GrpcInflow.open(
            channel,
            BrokerServiceGrpc.getPublishStreamMethod(),
            CallOptions.DEFAULT.withDeadlineAfter(deadlineMs, MILLISECONDS),
            row)) {
      while (!responses.isOver()) {
        PublishStreamResponse response = responses.next(deadlineMs);
        if (response != null) {
          answers.add(answer(response));
        }
      }
      Answer<Boolean> end = responses.end();
      Rule.NO_DEFECT.require(end.isOk() || end.isUnknown(), "a PublishStream ended with %s", end);
    }
    while (answers.size() < requests.size()) {
      answers.add(Answer.unknown());
    }
    return answers;
  }

  private static Answer<PublishResponse> answer(PublishStreamResponse response) {
    if (!response.hasError()) {
      return Answer.of(response.getPublished());
    }
    Refusal refusal = Refusal.of(response.getError());
    return refusal.code() == Status.Code.UNAVAILABLE
        ? Answer.unknown()
        : Answer.refused(refusal.reason(), refusal.metadata());
  }

  @Override
  public Answer<Run> open(OpenRunRequest request, long deadlineMs) {
    return once(() -> runs(deadlineMs).openRun(request).getRun());
  }

  @Override
  public Answer<Run> close(CloseRunRequest request, long deadlineMs) {
    return once(() -> runs(deadlineMs).closeRun(request).getRun());
  }

  @Override
  public Answer<DeleteRunResponse> delete(DeleteRunRequest request, long deadlineMs) {
    return once(() -> runs(deadlineMs).deleteRun(request));
  }

  @Override
  public Answer<ForkResponse> fork(ForkRequest request, long deadlineMs) {
    return once(() -> broker(deadlineMs).fork(request));
  }

  @Override
  public Answer<Run> get(GetRunRequest request, long deadlineMs) {
    return once(() -> runs(deadlineMs).getRun(request).getRun());
  }

  @Override
  public Inflow<RawResponse<SubscribeResponse>> subscribe(SubscribeRequest request) {
    return stream(BrokerServiceGrpc.getSubscribeMethod(), SubscribeResponse.parser(), request);
  }

  @Override
  public Inflow<RawResponse<ColdStreamResponse>> coldStream(ColdStreamRequest request) {
    return stream(BrokerServiceGrpc.getColdStreamMethod(), ColdStreamResponse.parser(), request);
  }

  @Override
  public Inflow<RawResponse<SubscribeAllResponse>> subscribeAll(SubscribeAllRequest request) {
    return stream(
        BrokerServiceGrpc.getSubscribeAllMethod(), SubscribeAllResponse.parser(), request);
  }

  private <Q, M> Inflow<RawResponse<M>> stream(
      MethodDescriptor<Q, M> method, Parser<M> parser, Q request) {
    return GrpcInflow.open(
        channel, RawResponse.keepingBytes(method, parser), CallOptions.DEFAULT, List.of(request));
  }

  @Override
  public void pause(long ms) {
    LockSupport.parkNanos(MILLISECONDS.toNanos(ms));
  }
}
