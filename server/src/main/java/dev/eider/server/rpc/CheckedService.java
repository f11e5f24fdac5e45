package dev.eider.server.rpc;

import com.google.protobuf.Message;
import dev.eider.server.api.RequestLimits;
import dev.eider.server.base.BrokerException;
import io.grpc.BindableService;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import java.util.List;

/** Makes a service refuse bytes that are no request; see {@link RequestMarshaller}. */
final class CheckedService {
  static ServerServiceDefinition of(BindableService service, RequestLimits limits) {
    ServerServiceDefinition bound = service.bindService();
    ServiceDescriptor.Builder descriptor =
        ServiceDescriptor.newBuilder(bound.getServiceDescriptor().getName())
            .setSchemaDescriptor(bound.getServiceDescriptor().getSchemaDescriptor());
    List<ServerMethodDefinition<?, ?>> methods =
        bound.getMethods().stream()
            .<ServerMethodDefinition<?, ?>>map(method -> checked(method, limits))
            .toList();
    methods.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
    ServerServiceDefinition.Builder checked = ServerServiceDefinition.builder(descriptor.build());
    methods.forEach(checked::addMethod);
    return checked.build();
  }

  private static <Q, R> ServerMethodDefinition<?, R> checked(
      ServerMethodDefinition<Q, R> method, RequestLimits limits) {
    MethodDescriptor<Q, R> descriptor = method.getMethodDescriptor();
    if (descriptor.getRequestMarshaller() instanceof RequestMarshaller) {
      return method;
    }
    @SuppressWarnings("unchecked") // every marshaller that is generated for protobuf is one
    Message prototype =
        ((MethodDescriptor.PrototypeMarshaller<? extends Message>)
                (MethodDescriptor.Marshaller<?>) descriptor.getRequestMarshaller())
            .getMessagePrototype();
    if (prototype == null) {
      throw new IllegalStateException("no prototype: " + descriptor.getFullMethodName());
    }
    return checked(method, prototype, limits);
  }

  @SuppressWarnings("unchecked") // the prototype is a message of the method's own request type
  private static <Q, P extends Message, R> ServerMethodDefinition<Incoming<P>, R> checked(
      ServerMethodDefinition<Q, R> method, P prototype, RequestLimits limits) {
    ServerMethodDefinition<P, R> typed = (ServerMethodDefinition<P, R>) method;
    ServerCallHandler<P, R> handler = typed.getServerCallHandler();
    return ServerMethodDefinition.create(
        typed.getMethodDescriptor().toBuilder(
                new RequestMarshaller<>(prototype, RequestLimits.NESTING_MAX, limits),
                typed.getMethodDescriptor().getResponseMarshaller())
            .build(),
        (call, headers) -> {
          CheckedCall<P, R> checked = new CheckedCall<>(call, typed.getMethodDescriptor());
          return new CheckedListener<>(checked, handler.startCall(checked, headers));
        });
  }

  /**
   * Hands on what arrives in a call, and ends the call at a request that is none; from there on the
   * method hears only that the call is over. For methods that do not answer before they have all of
   * what they ask for, or that answer on the network thread. Used by the network thread.
   */
  private static final class CheckedListener<Q> extends ServerCall.Listener<Incoming<Q>> {
    private final CheckedCall<Q, ?> call;
    private final ServerCall.Listener<Q> method;

    CheckedListener(CheckedCall<Q, ?> call, ServerCall.Listener<Q> method) {
      this.call = call;
      this.method = method;
    }

    @Override
    public void onMessage(Incoming<Q> request) {
      if (call.isRefused()) {
        return;
      }
      Q message;
      try {
        message = request.orRefuse();
      } catch (BrokerException refusal) {
        call.refuse(refusal);
        return;
      }
      method.onMessage(message);
    }

    @Override
    public void onHalfClose() {
      if (!call.isRefused()) {
        method.onHalfClose();
      }
    }

    @Override
    public void onCancel() {
      method.onCancel();
    }

    @Override
    public void onComplete() {
      if (call.isRefused()) {
        method.onCancel();
      } else {
        method.onComplete();
      }
    }

    @Override
    public void onReady() {
      if (!call.isRefused()) {
        method.onReady();
      }
    }
  }

  /**
   * A call as its method sees it, which knows nothing of {@link Incoming}. Once the call is
   * refused, what the method still answers is dropped. As thread-safe as the call.
   */
  private static final class CheckedCall<Q, R> extends SimpleForwardingServerCall<Q, R> {
    private final MethodDescriptor<Q, R> method;

    /** Written by the network thread, read by whoever answers. */
    private volatile boolean isRefused;

    @SuppressWarnings("unchecked") // no method of a call takes or gives a request
    CheckedCall(ServerCall<Incoming<Q>, R> call, MethodDescriptor<Q, R> method) {
      super((ServerCall<Q, R>) (ServerCall<?, R>) call);
      this.method = method;
    }

    /** Ends the call over the head of its method. */
    void refuse(BrokerException refusal) {
      isRefused = true;
      StatusMapper.close(delegate(), refusal);
    }

    boolean isRefused() {
      return isRefused;
    }

    @Override
    public void sendHeaders(Metadata headers) {
      if (!isRefused) {
        super.sendHeaders(headers);
      }
    }

    @Override
    public void sendMessage(R response) {
      if (!isRefused) {
        super.sendMessage(response);
      }
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (!isRefused) {
        super.close(status, trailers);
      }
    }

    @Override
    public MethodDescriptor<Q, R> getMethodDescriptor() {
      return method;
    }
  }
}
