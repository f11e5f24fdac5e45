package dev.eider.client;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A real server on loopback before a scripted log, and a client of it; can die and come back on the
 * same port.
 */
final class ScriptedServer implements AfterEachCallback {
  final ScriptedLog log = new ScriptedLog();
  final ScriptedBroker broker = new ScriptedBroker(log);
  final ScriptedRunService runService = new ScriptedRunService(log);
  final EiderClient client;
  private final List<BindableService> services;
  private int port;
  private Server server;
  private ExecutorService executor;

  ScriptedServer() {
    services = List.of(broker, runService);
    start();
    client = EiderClient.connect(config());
  }

  /** Serves something else instead. */
  ScriptedServer(BindableService service) {
    services = List.of(service);
    start();
    client = EiderClient.connect(config());
  }

  private void start() {
    executor = Executors.newCachedThreadPool();
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", port)).executor(executor);
    services.forEach(builder::addService);
    try {
      server = builder.build().start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    port = server.getPort();
  }

  /** Drops every connection, as a crash does. */
  void die() {
    server.shutdownNow();
    try {
      server.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    executor.shutdownNow();
  }

  void restart() {
    die();
    start();
  }

  /** Returns settings for a client that comes back quickly. */
  ClientConfig config() {
    return ClientConfig.defaults("127.0.0.1:" + port)
        .withCallDeadline(Duration.ofSeconds(10))
        .withBackoff(Duration.ofMillis(5), Duration.ofMillis(100))
        .withResumeTimeout(Duration.ofSeconds(20));
  }

  @Override
  public void afterEach(ExtensionContext context) {
    client.close();
    die();
  }
}
