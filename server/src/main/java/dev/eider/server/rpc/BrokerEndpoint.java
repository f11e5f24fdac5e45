package dev.eider.server.rpc;

import com.google.protobuf.Message;
import dev.eider.server.api.EventValidator;
import dev.eider.server.api.PublishRequests;
import dev.eider.server.api.RequestLimits;
import dev.eider.server.api.RequestValidator;
import dev.eider.server.base.BrokerException;
import dev.eider.server.event.EventMatcher;
import dev.eider.server.event.LogSelection;
import dev.eider.server.event.RunId;
import dev.eider.server.fork.Forker;
import dev.eider.server.read.ColdRead;
import dev.eider.server.read.LogSubscription;
import dev.eider.server.read.LogSubscriptionRequest;
import dev.eider.server.read.Readers;
import dev.eider.server.read.StreamReader;
import dev.eider.server.read.Subscription;
import dev.eider.server.read.SubscriptionRequest;
import dev.eider.server.read.history.ReadStart;
import dev.eider.server.read.history.ResumeToken;
import dev.eider.server.run.RunIdMaker;
import dev.eider.server.sequencer.RunWriter;
import dev.eider.v1.BrokerServiceGrpc;
import dev.eider.v1.ColdStreamRequest;
import dev.eider.v1.EventFilter;
import dev.eider.v1.ForkRequest;
import dev.eider.v1.ForkResponse;
import dev.eider.v1.JsonPatchOp;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.PublishResponse;
import dev.eider.v1.PublishStreamRequest;
import dev.eider.v1.PublishStreamResponse;
import dev.eider.v1.SubscribeAllRequest;
import dev.eider.v1.SubscribeRequest;
import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * BrokerService. Its event streams carry bytes that were encoded once for all readers, which the
 * generated base class has no room for; so the methods are bound here. Thread-safe.
 */
final class BrokerEndpoint implements BindableService {
  private static final int BATCH_EVENTS_DEFAULT = 1_000;
  private static final int BATCH_EVENTS_MAX = 10_000;
  private static final int JSON_PATCH_OPS_MAX = 1_000;

  /** Response, batch, envelope, event. */
  private static final int EVENT_DEPTH_IN_RESPONSES = 3;

  private final RunWriter writer;
  private final Forker forker;
  private final Readers readers;
  private final PublishRequests publishRequests;
  private final RequestLimits limits;
  private final RunIdMaker runIds;
  private final Set<PublishStreamCall> publishStreams = ConcurrentHashMap.newKeySet();

  BrokerEndpoint(
      RunWriter writer, Forker forker, Readers readers, RequestLimits limits, RunIdMaker runIds) {
    this.writer = writer;
    this.forker = forker;
    this.readers = readers;
    this.limits = limits;
    this.runIds = runIds;
    publishRequests = new PublishRequests(limits, readers.clock());
  }

  @Override
  public ServerServiceDefinition bindService() {
    ServiceDescriptor generated = BrokerServiceGrpc.getServiceDescriptor();
    MethodDescriptor<Incoming<PublishRequest>, PublishResponse> publish =
        incoming(BrokerServiceGrpc.getPublishMethod(), PublishRequest.getDefaultInstance(), 1);
    MethodDescriptor<Incoming<PublishStreamRequest>, PublishStreamResponse> publishStream =
        incoming(
            BrokerServiceGrpc.getPublishStreamMethod(),
            PublishStreamRequest.getDefaultInstance(),
            2);
    MethodDescriptor<SubscribeRequest, EncodedResponse> subscribe =
        encoded(BrokerServiceGrpc.getSubscribeMethod());
    MethodDescriptor<SubscribeAllRequest, EncodedResponse> subscribeAll =
        encoded(BrokerServiceGrpc.getSubscribeAllMethod());
    MethodDescriptor<ColdStreamRequest, EncodedResponse> coldStream =
        encoded(BrokerServiceGrpc.getColdStreamMethod());
    ServiceDescriptor descriptor =
        ServiceDescriptor.newBuilder(generated.getName())
            .setSchemaDescriptor(generated.getSchemaDescriptor())
            .addMethod(publish)
            .addMethod(publishStream)
            .addMethod(subscribe)
            .addMethod(subscribeAll)
            .addMethod(coldStream)
            .addMethod(BrokerServiceGrpc.getForkMethod())
            .build();
    return ServerServiceDefinition.builder(descriptor)
        .addMethod(publish, ServerCalls.asyncUnaryCall(this::publish))
        .addMethod(publishStream, ServerCalls.asyncBidiStreamingCall(this::publishStream))
        .addMethod(subscribe, ServerCalls.asyncServerStreamingCall(this::subscribe))
        .addMethod(subscribeAll, ServerCalls.asyncServerStreamingCall(this::subscribeAll))
        .addMethod(coldStream, ServerCalls.asyncServerStreamingCall(this::coldStream))
        .addMethod(BrokerServiceGrpc.getForkMethod(), ServerCalls.asyncUnaryCall(this::fork))
        .build();
  }

  /** Ends the publish streams once what is under way on them is answered. */
  void end(BrokerException refusal) {
    publishStreams.forEach(call -> call.end(refusal));
  }

  private void publish(
      Incoming<PublishRequest> request, StreamObserver<PublishResponse> responses) {
    Responses.tolerateCancel(responses);
    try {
      Responses.send(
          responses,
          writer.execute(publishRequests.toCommand(request.orRefuse())),
          PublishRequests::toResponse);
    } catch (RuntimeException refusal) {
      Responses.refuse(responses, refusal);
    }
  }

  private StreamObserver<Incoming<PublishStreamRequest>> publishStream(
      StreamObserver<PublishStreamResponse> responses) {
    PublishStreamCall call =
        new PublishStreamCall(
            writer,
            publishRequests,
            (ServerCallStreamObserver<PublishStreamResponse>) responses,
            Objects.requireNonNull(InboundCall.current(), "a call without account"),
            publishStreams);
    call.start();
    return call;
  }

  private void subscribe(SubscribeRequest request, StreamObserver<EncodedResponse> responses) {
    try {
      ServerCallStreamObserver<EncodedResponse> stream =
          (ServerCallStreamObserver<EncodedResponse>) responses;
      SubscriptionRequest checked =
          new SubscriptionRequest(
              start(
                  request.getRunId(),
                  request.getAfterSeq(),
                  request.getIncludeInherited(),
                  request.getAfterRunId()),
              filter(request.hasFilter(), request.getFilter()),
              request.getWaitForRun(),
              batchEvents(request.getMaxBatch()),
              request.getNotices());
      start(new Subscription(checked, new GrpcEventSink<>(stream), readers), stream);
    } catch (RuntimeException refusal) {
      Responses.refuse(responses, refusal);
    }
  }

  private void subscribeAll(
      SubscribeAllRequest request, StreamObserver<EncodedResponse> responses) {
    try {
      ServerCallStreamObserver<EncodedResponse> stream =
          (ServerCallStreamObserver<EncodedResponse>) responses;
      RequestValidator.labels("run_labels", request.getRunLabelsMap());
      LogSelection selection =
          new LogSelection(
              filter(request.hasFilter(), request.getFilter()), request.getRunLabelsMap());
      LogSubscriptionRequest checked =
          new LogSubscriptionRequest(
              ResumeToken.parse(request.getResumeToken().toByteArray()),
              selection,
              batchEvents(request.getMaxBatch()),
              request.getNotices());
      start(new LogSubscription(checked, new GrpcLogSink(stream), readers), stream);
    } catch (RuntimeException refusal) {
      Responses.refuse(responses, refusal);
    }
  }

  private void coldStream(ColdStreamRequest request, StreamObserver<EncodedResponse> responses) {
    try {
      ServerCallStreamObserver<EncodedResponse> stream =
          (ServerCallStreamObserver<EncodedResponse>) responses;
      long untilSeq = RequestValidator.atLeast("until_seq", request.getUntilSeq(), 0);
      ColdRead.Request checked =
          new ColdRead.Request(
              start(
                  request.getRunId(),
                  request.getAfterSeq(),
                  request.getIncludeInherited(),
                  request.getAfterRunId()),
              untilSeq == 0 ? Long.MAX_VALUE : untilSeq,
              filter(request.hasFilter(), request.getFilter()));
      start(new ColdRead(checked, new GrpcEventSink<>(stream), readers), stream);
    } catch (RuntimeException refusal) {
      Responses.refuse(responses, refusal);
    }
  }

  private void fork(ForkRequest request, StreamObserver<ForkResponse> responses) {
    try {
      RequestValidator.requestSize(request, limits);
      check(request);
      RunId childId =
          request.getRunId().isEmpty()
              ? runIds.make(request.getRequestId())
              : RequestValidator.runId("run_id", request.getRunId());
      Responses.sendFromStage(
          readers.pools().cold(), responses, () -> forker.fork(request, childId));
    } catch (RuntimeException refusal) {
      Responses.refuse(responses, refusal);
    }
  }

  private static void check(ForkRequest request) {
    RequestValidator.runId("parent_run_id", request.getParentRunId());
    RequestValidator.atLeast("parent_t", request.getParentT(), 0);
    RequestValidator.requestId(request.getRequestId());
    RequestValidator.labels(request.getLabelsMap());
    RequestValidator.text("mutation_summary", request.getMutationSummary());
    RequestValidator.text("reason", request.getReason());
    switch (request.getMutationCase()) {
      case MERGE_PATCH -> EventValidator.checkStruct(request.getMergePatch(), "merge_patch");
      case REPLACEMENT -> EventValidator.checkSnapshot(request.getReplacement(), "replacement");
      case JSON_PATCH -> {
        RequestValidator.inRange(
            "json_patch.ops", request.getJsonPatch().getOpsCount(), 0, JSON_PATCH_OPS_MAX);
        request.getJsonPatch().getOpsList().stream()
            .filter(JsonPatchOp::hasValue)
            .forEach(op -> EventValidator.checkValue(op.getValue(), "json_patch.ops"));
      }
      case MUTATION_NOT_SET -> {}
    }
  }

  private static ReadStart start(
      String runId, long afterSeq, boolean includeInherited, String afterRunId) {
    if (!includeInherited && !afterRunId.isEmpty()) {
      throw RequestValidator.invalid("after_run_id", "needs include_inherited");
    }
    return new ReadStart(
        RequestValidator.runId("run_id", runId),
        RequestValidator.atLeast("after_seq", afterSeq, 0),
        includeInherited,
        RequestValidator.runIdOrNull("after_run_id", afterRunId));
  }

  private static EventMatcher filter(boolean isSet, EventFilter filter) {
    return isSet ? RequestValidator.filter(filter) : EventMatcher.ALL;
  }

  private static int batchEvents(int maxBatch) {
    RequestValidator.inRange("max_batch", maxBatch, 0, BATCH_EVENTS_MAX);
    return maxBatch == 0 ? BATCH_EVENTS_DEFAULT : maxBatch;
  }

  private static void start(
      StreamReader<?> reader, ServerCallStreamObserver<EncodedResponse> stream) {
    stream.setOnReadyHandler(reader::wake);
    stream.setOnCancelHandler(reader::cancel);
    reader.start();
  }

  /**
   * A method whose events go out again in responses, where they lie deeper.
   *
   * @param eventDepth how many messages an event lies in, in a request
   */
  private <T extends Message, R> MethodDescriptor<Incoming<T>, R> incoming(
      MethodDescriptor<T, R> method, T prototype, int eventDepth) {
    int nestingMax = RequestMarshaller.NESTING_MAX - EVENT_DEPTH_IN_RESPONSES + eventDepth;
    return method.toBuilder(
            new RequestMarshaller<>(prototype, nestingMax, limits), method.getResponseMarshaller())
        .build();
  }

  private static <T> MethodDescriptor<T, EncodedResponse> encoded(MethodDescriptor<T, ?> method) {
    return method.toBuilder(method.getRequestMarshaller(), new EncodedMarshaller()).build();
  }
}
