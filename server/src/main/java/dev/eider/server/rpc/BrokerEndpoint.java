package dev.eider.server.rpc;

import com.google.protobuf.Message;
import com.google.protobuf.MessageLite;
import dev.eider.server.api.ForkRequests;
import dev.eider.server.api.PublishRequests;
import dev.eider.server.api.ReadRequests;
import dev.eider.server.api.RequestLimits;
import dev.eider.server.base.BrokerException;
import dev.eider.server.event.RunId;
import dev.eider.server.fork.Forker;
import dev.eider.server.read.ColdRead;
import dev.eider.server.read.EncodedResponse;
import dev.eider.server.read.LogSubscription;
import dev.eider.server.read.Readers;
import dev.eider.server.read.Subscription;
import dev.eider.server.run.RunIdMaker;
import dev.eider.server.sequencer.RunWriter;
import dev.eider.v1.BrokerServiceGrpc;
import dev.eider.v1.ColdStreamRequest;
import dev.eider.v1.ColdStreamResponse;
import dev.eider.v1.ForkRequest;
import dev.eider.v1.ForkResponse;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.PublishResponse;
import dev.eider.v1.PublishStreamRequest;
import dev.eider.v1.PublishStreamResponse;
import dev.eider.v1.SubscribeAllRequest;
import dev.eider.v1.SubscribeAllResponse;
import dev.eider.v1.SubscribeRequest;
import dev.eider.v1.SubscribeResponse;
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
  /** Response, batch, envelope, event. */
  private static final int EVENT_DEPTH_IN_RESPONSES = 3;

  private final RunWriter writer;
  private final Forker forker;
  private final Readers readers;
  private final PublishRequests publishRequests;
  private final RequestLimits limits;
  private final ForkRequests forkRequests;
  private final Set<PublishStreamCall> publishStreams = ConcurrentHashMap.newKeySet();

  BrokerEndpoint(
      RunWriter writer, Forker forker, Readers readers, RequestLimits limits, RunIdMaker runIds) {
    this.writer = writer;
    this.forker = forker;
    this.readers = readers;
    this.limits = limits;
    forkRequests = new ForkRequests(limits, runIds);
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
    MethodDescriptor<SubscribeRequest, EncodedResponse<SubscribeResponse>> subscribe =
        encoded(BrokerServiceGrpc.getSubscribeMethod());
    MethodDescriptor<SubscribeAllRequest, EncodedResponse<SubscribeAllResponse>> subscribeAll =
        encoded(BrokerServiceGrpc.getSubscribeAllMethod());
    MethodDescriptor<ColdStreamRequest, EncodedResponse<ColdStreamResponse>> coldStream =
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
    Responses.sendStage(
        responses,
        () -> writer.execute(publishRequests.toCommand(request.orRefuse())),
        PublishRequests::toResponse);
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

  private void subscribe(
      SubscribeRequest request, StreamObserver<EncodedResponse<SubscribeResponse>> responses) {
    Responses.stream(
        responses, stream -> new Subscription(ReadRequests.subscription(request), stream, readers));
  }

  private void subscribeAll(
      SubscribeAllRequest request,
      StreamObserver<EncodedResponse<SubscribeAllResponse>> responses) {
    Responses.stream(
        responses,
        stream -> new LogSubscription(ReadRequests.logSubscription(request), stream, readers));
  }

  private void coldStream(
      ColdStreamRequest request, StreamObserver<EncodedResponse<ColdStreamResponse>> responses) {
    Responses.stream(
        responses, stream -> new ColdRead(ReadRequests.coldRead(request), stream, readers));
  }

  private void fork(ForkRequest request, StreamObserver<ForkResponse> responses) {
    try {
      RunId childId = forkRequests.childId(request);
      Responses.sendFromStage(
          readers.pools().cold(), responses, () -> forker.fork(request, childId));
    } catch (RuntimeException refusal) {
      Responses.refuse(responses, refusal);
    }
  }

  /** Binds a method whose events, {@code eventDepth} deep in a request, lie deeper in responses. */
  private <T extends Message, R> MethodDescriptor<Incoming<T>, R> incoming(
      MethodDescriptor<T, R> method, T prototype, int eventDepth) {
    int nestingMax = RequestLimits.NESTING_MAX - EVENT_DEPTH_IN_RESPONSES + eventDepth;
    return method.toBuilder(
            new RequestMarshaller<>(prototype, nestingMax, limits), method.getResponseMarshaller())
        .build();
  }

  private static <T, N extends MessageLite> MethodDescriptor<T, EncodedResponse<N>> encoded(
      MethodDescriptor<T, N> method) {
    return method.toBuilder(method.getRequestMarshaller(), new EncodedMarshaller<N>()).build();
  }
}
