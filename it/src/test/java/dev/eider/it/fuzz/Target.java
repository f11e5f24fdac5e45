package dev.eider.it.fuzz;

import com.google.protobuf.Message;
import dev.eider.v1.BrokerServiceGrpc;
import dev.eider.v1.RunServiceGrpc;
import dev.eider.v1.ServerInfoServiceGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.channelz.v1.ChannelzGrpc;
import io.grpc.health.v1.HealthGrpc;
import java.util.List;
import java.util.stream.Stream;

/**
 * A method of the daemon. Immutable.
 *
 * @param request any message of its request type
 * @param isEider whether its service is Eider's own, whose refusals have reasons
 */
record Target(String method, Message request, boolean isUnary, boolean isEider) {
  static final String PUBLISH = "eider.v1.BrokerService/Publish";
  static final String PUBLISH_STREAM = "eider.v1.BrokerService/PublishStream";

  /** Every method of every service. */
  static List<Target> all() {
    return Stream.of(
            BrokerServiceGrpc.getServiceDescriptor(),
            RunServiceGrpc.getServiceDescriptor(),
            ServerInfoServiceGrpc.getServiceDescriptor(),
            HealthGrpc.getServiceDescriptor(),
            ChannelzGrpc.getServiceDescriptor(),
            io.grpc.reflection.v1.ServerReflectionGrpc.getServiceDescriptor(),
            io.grpc.reflection.v1alpha.ServerReflectionGrpc.getServiceDescriptor())
        .flatMap(Target::of)
        .toList();
  }

  private static Stream<Target> of(ServiceDescriptor service) {
    return service.getMethods().stream()
        .map(
            method ->
                new Target(
                    method.getFullMethodName(),
                    (Message)
                        ((MethodDescriptor.PrototypeMarshaller<?>) method.getRequestMarshaller())
                            .getMessagePrototype(),
                    method.getType() == MethodDescriptor.MethodType.UNARY,
                    service.getName().startsWith("eider.")));
  }

  boolean isPublish() {
    return method.equals(PUBLISH);
  }
}
