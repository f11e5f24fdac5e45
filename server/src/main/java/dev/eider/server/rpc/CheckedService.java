package dev.eider.server.rpc;

import com.google.protobuf.Message;
import dev.eider.server.api.RequestLimits;
import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import java.util.List;

/** Makes a service refuse bytes that are no request; see {@link RequestMarshaller}. */
final class CheckedService {
  private CheckedService() {}

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
}
