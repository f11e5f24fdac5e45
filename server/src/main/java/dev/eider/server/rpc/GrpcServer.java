package dev.eider.server.rpc;

import dev.eider.server.api.RequestLimits;
import dev.eider.server.api.RunCommands;
import dev.eider.server.base.BrokerException;
import dev.eider.server.files.transfer.Transfers;
import dev.eider.server.fork.Forker;
import dev.eider.server.query.Queries;
import dev.eider.server.read.Readers;
import dev.eider.server.read.runs.RunDirectory;
import dev.eider.server.run.RunIdMaker;
import dev.eider.server.sequencer.RunWriter;
import dev.eider.v1.GetServerInfoRequest;
import dev.eider.v1.GetServerInfoResponse;
import dev.eider.v1.ServerInfoServiceGrpc;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.ChannelzService;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

/** The socket and what answers on it: services, health, reflection, channelz. Thread-safe. */
public final class GrpcServer {
  private static final int CALLS_PER_CONNECTION_MAX = 16_384;
  private static final int REQUEST_OVERHEAD_BYTES = 1 << 20;
  private static final int CHANNELZ_PAGE_SIZE = 100;

  /** How often a client may ping; the clients that ping more often are disconnected. */
  private static final long CLIENT_PINGS_S = 5;

  // gRPC tells, with a stack trace, of each connection that breaks the protocol, which could fill a
  // disk. Kept here, since java.util.logging forgets a logger that nobody holds, and its level.
  private static final Logger GRPC_LOG = Logger.getLogger("io.grpc");
  private static final Logger NETTY_LOG = Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty");

  private final Server server;
  private final BrokerEndpoint broker;

  /** Makes what answers, for an address that {@link #start} binds. */
  public GrpcServer(
      InetSocketAddress address,
      ConnectionLimits connections,
      RequestLimits limits,
      long closeWaitMs,
      Parts parts) {
    GRPC_LOG.setLevel(Level.WARNING);
    NETTY_LOG.setLevel(Level.SEVERE);
    broker =
        new BrokerEndpoint(parts.writer(), parts.forker(), parts.readers(), limits, parts.runIds());
    RunEndpoint runs =
        new RunEndpoint(
            new RunCommands(parts.writer(), parts.runIds(), closeWaitMs),
            parts.directory(),
            parts.forker(),
            parts.readers());
    InboundBudget inbound =
        new InboundBudget(limits.inboundBytesMax(), limits.callsMax(), System::nanoTime);
    NettyServerBuilder builder =
        listener(address, connections)
            .directExecutor()
            // A little more than allowed, so that the refusal of what is over it can say why.
            .maxInboundMessageSize(
                Math.toIntExact(limits.requestBytesMax() + REQUEST_OVERHEAD_BYTES))
            .addStreamTracerFactory(new InboundCall.Factory(inbound))
            .intercept(new InboundGuard(inbound))
            .maxConcurrentCallsPerConnection(CALLS_PER_CONNECTION_MAX);
    Stream.of(
            broker,
            runs,
            new QueryEndpoint(parts.queries(), parts.transfers()),
            new ServerInfoEndpoint(parts.info()),
            parts.state().service(),
            ProtoReflectionServiceV1.newInstance(),
            v1AlphaReflection(),
            ChannelzService.newInstance(CHANNELZ_PAGE_SIZE))
        .forEach(service -> builder.addService(CheckedService.of(service, limits)));
    server = builder.build();
  }

  /** Binds the socket and begins to answer; fails if the address cannot be bound. */
  public void start() throws IOException {
    server.start();
  }

  /** Says how connections are watched and when they end. */
  private static NettyServerBuilder listener(
      InetSocketAddress address, ConnectionLimits connections) {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(address, EarlyAnswers.plaintext())
            .keepAliveTime(connections.keepaliveMs(), TimeUnit.MILLISECONDS)
            .keepAliveTimeout(connections.keepaliveTimeoutMs(), TimeUnit.MILLISECONDS)
            // The pings begin after the handshake: until then this is what notices silence.
            .handshakeTimeout(connections.silentMsMax(), TimeUnit.MILLISECONDS)
            .permitKeepAliveTime(CLIENT_PINGS_S, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true);
    if (connections.idleMs() > 0) {
      builder.maxConnectionIdle(connections.idleMs(), TimeUnit.MILLISECONDS);
    }
    if (connections.ageMs() > 0) {
      builder
          .maxConnectionAge(connections.ageMs(), TimeUnit.MILLISECONDS)
          .maxConnectionAgeGrace(connections.graceMs(), TimeUnit.MILLISECONDS);
    }
    return builder;
  }

  /** Returns the address bound. */
  public InetSocketAddress address() {
    List<? extends SocketAddress> sockets = server.getListenSockets();
    return (InetSocketAddress) sockets.get(0);
  }

  /** Takes no new calls and ends the publish streams once what is under way on them is answered. */
  public void drain(BrokerException refusal) {
    server.shutdown();
    broker.end(refusal);
  }

  /** Waits for the open calls to end, then ends what is left, and closes the socket. Blocks. */
  public void stop(long timeoutMs) throws InterruptedException {
    if (!server.awaitTermination(timeoutMs, TimeUnit.MILLISECONDS)) {
      stopNow(timeoutMs);
    }
  }

  /** Ends every call and closes the socket, or does nothing if it was never bound. Blocks. */
  public void stopNow(long timeoutMs) throws InterruptedException {
    server.shutdownNow();
    server.awaitTermination(timeoutMs, TimeUnit.MILLISECONDS);
  }

  @SuppressWarnings("deprecation") // older grpcurl and others still ask for v1alpha
  private static BindableService v1AlphaReflection() {
    return ProtoReflectionService.newInstance();
  }

  /** What the services hand their requests to; {@code info} describes the daemon as it is. */
  public record Parts(
      RunWriter writer,
      RunDirectory directory,
      Forker forker,
      Readers readers,
      Queries queries,
      Transfers transfers,
      RunIdMaker runIds,
      ServingState state,
      Supplier<GetServerInfoResponse> info) {}

  /** ServerInfoService. Thread-safe. */
  private static final class ServerInfoEndpoint
      extends ServerInfoServiceGrpc.ServerInfoServiceImplBase {
    private final Supplier<GetServerInfoResponse> info;

    ServerInfoEndpoint(Supplier<GetServerInfoResponse> info) {
      this.info = info;
    }

    @Override
    public void getServerInfo(
        GetServerInfoRequest request, StreamObserver<GetServerInfoResponse> responses) {
      responses.onNext(info.get());
      responses.onCompleted();
    }
  }

  /**
   * How long connections last. Immutable.
   *
   * @param keepaliveMs silence after which a client is pinged
   * @param keepaliveTimeoutMs how long it may take to answer before its connection is closed, and
   *     its calls and streams with it
   * @param idleMs how long a connection without calls is kept; 0 for ever
   * @param ageMs how old a connection gets, give or take a tenth, before its client is told to open
   *     another for new calls; 0 for ever
   * @param graceMs how long the calls of a connection that is too old may go on before it is closed
   */
  public record ConnectionLimits(
      long keepaliveMs, long keepaliveTimeoutMs, long idleMs, long ageMs, long graceMs) {
    /** Returns how long a client that has gone without a word may go unnoticed. */
    long silentMsMax() {
      return keepaliveMs + keepaliveTimeoutMs;
    }
  }
}
