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
 * The channel to the daemon with the threads it needs, so that none is left when it is closed.
 *
 * <p>A daemon that is gone without a word, or does not answer, is noticed within the keep-alive
 * time and timeout: every call then ends with UNAVAILABLE, and the next one connects anew.
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
            // Holds at most one look-up: the channel has one resolver, which asks one at a time.
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
            // Calls count only once the handshake is over: with this, a peer that accepts the
            // connection and says nothing is noticed as well.
            .keepAliveWithoutCalls(true)
            .maxInboundMessageSize(config.maxInboundMessageBytes())
            // Every retry is decided here, where it is known which calls may be repeated.
            .disableRetry()
            .build();
  }

  ManagedChannel channel() {
    return channel;
  }

  /** Ends every call and every thread; blocks, for at most three times the given time. */
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
