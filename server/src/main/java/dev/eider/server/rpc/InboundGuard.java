package dev.eider.server.rpc;

import dev.eider.v1.BrokerServiceGrpc;
import dev.eider.v1.RunServiceGrpc;
import io.grpc.ForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Refuses the calls that are over the inbound budget, before a handler has seen them, and lets go
 * of requests that were handed on. Other services than Eider's own, such as health, are let through
 * however many calls there are. Thread-safe.
 */
record InboundGuard(InboundBudget budget) implements ServerInterceptor {
  private static final Set<String> BOUNDED_SERVICES =
      Set.of(BrokerServiceGrpc.SERVICE_NAME, RunServiceGrpc.SERVICE_NAME);

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    InboundCall inbound = Objects.requireNonNull(InboundCall.current(), "a call without account");
    boolean isBounded = BOUNDED_SERVICES.contains(call.getMethodDescriptor().getServiceName());
    if (isBounded && budget.hasTooManyCalls()) {
      StatusMapper.close(call, budget.tooManyCalls());
      return new ServerCall.Listener<>() {};
    }
    AtomicReference<State> state = new AtomicReference<>(State.RECEIVING);
    inbound.onRefusal(
        refusal -> {
          if (state.compareAndSet(State.RECEIVING, State.REFUSED)) {
            StatusMapper.close(call, refusal);
          }
        });
    boolean isHeldUntilAnswered = call.getMethodDescriptor().getType() == MethodType.UNARY;
    return new Guarded<>(next.startCall(call, headers), inbound, state, isHeldUntilAnswered);
  }

  private enum State {
    /** The request is not whole yet, and nobody else has seen the call. */
    RECEIVING,
    /** A handler has the request, or the first of them, and answers the call. */
    HANDED_ON,
    /** The call has been answered with a refusal. */
    REFUSED
  }

  /** Keeps from the handler what was refused. Used by one thread at a time, as gRPC does. */
  private static final class Guarded<Q> extends ForwardingServerCallListener<Q> {
    private final ServerCall.Listener<Q> handler;
    private final InboundCall inbound;
    private final AtomicReference<State> state;
    private final boolean isHeldUntilAnswered;

    Guarded(
        ServerCall.Listener<Q> handler,
        InboundCall inbound,
        AtomicReference<State> state,
        boolean isHeldUntilAnswered) {
      this.handler = handler;
      this.inbound = inbound;
      this.state = state;
      this.isHeldUntilAnswered = isHeldUntilAnswered;
    }

    @Override
    protected ServerCall.Listener<Q> delegate() {
      return handler;
    }

    @Override
    public void onMessage(Q request) {
      state.compareAndSet(State.RECEIVING, State.HANDED_ON);
      if (state.get() == State.REFUSED) {
        return;
      }
      super.onMessage(request);
      if (!isHeldUntilAnswered) {
        inbound.release();
      }
    }

    @Override
    public void onHalfClose() {
      if (state.get() != State.REFUSED) {
        super.onHalfClose();
      }
    }
  }
}
