package dev.eider.client;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The channel to the daemon, and the threads it runs on, so that closing it leaves none behind.
 *
 * <p>Keep-alive pings detect a daemon that has disappeared or does not answer: every call then ends
 * with UNAVAILABLE, and the next one connects anew.
 *
 * <p>Thread-safe.
 */
final class ClientTransport {
  private static final long DNS_IDLE_SECONDS = 5;

  private final EventLoopGroup io;
  private final ThreadPoolExecutor dns;
  private final ManagedChannel channel;

  ClientTransport(ClientConfig config, ClientWorker worker) {
    io = new MultiThreadIoEventLoopGroup(1, daemon("eider-client-io"), NioIoHandler.newFactory());
    dns =
        new ThreadPoolExecutor(
            1,
            1,
            DNS_IDLE_SECONDS,
            TimeUnit.SECONDS,
            // Holds at most one lookup: the channel's only resolver makes one at a time.
            new LinkedBlockingQueue<>(),
            daemon("eider-client-dns"),
            new ThreadPoolExecutor.DiscardPolicy());
    dns.allowCoreThreadTimeOut(true);
    channel =
        NettyChannelBuilder.forTarget("dns:///" + config.address())
            .usePlaintext()
            .channelType(NioSocketChannel.class)
            .eventLoopGroup(io)
            .executor(worker)
            .offloadExecutor(dns)
            .withOption(
                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                Math.toIntExact(config.keepAliveTimeout().toMillis()))
            .keepAliveTime(config.keepAliveTime().toNanos(), TimeUnit.NANOSECONDS)
            .keepAliveTimeout(config.keepAliveTimeout().toNanos(), TimeUnit.NANOSECONDS)
            // A call counts only after the handshake. Pings without calls also detect a peer that
            // accepts the connection and stays silent.
            .keepAliveWithoutCalls(true)
            .maxInboundMessageSize(config.maxInboundMessageBytes())
            // The client retries by itself, since it knows which calls are idempotent.
            .disableRetry()
            .build();
  }

  ManagedChannel channel() {
    return channel;
  }

  /** Ends every call and every thread. Blocks for at most three times the given time. */
  void close(long timeoutNanos) throws InterruptedException {
    channel.shutdownNow();
    channel.awaitTermination(timeoutNanos, TimeUnit.NANOSECONDS);
    dns.shutdownNow();
    dns.awaitTermination(timeoutNanos, TimeUnit.NANOSECONDS);
    var unused = io.shutdownGracefully(0, timeoutNanos, TimeUnit.NANOSECONDS);
    io.awaitTermination(timeoutNanos, TimeUnit.NANOSECONDS);
  }

  /** Ends every call and every thread without waiting for them. */
  void abandon() {
    channel.shutdownNow();
    dns.shutdownNow();
    var unused = io.shutdownGracefully();
  }

  private static ThreadFactory daemon(String name) {
    return body -> {
      Thread thread = new Thread(body, name);
      thread.setDaemon(true);
      return thread;
    };
  }
}
