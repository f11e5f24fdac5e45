package dev.eider.client;

import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A real server on loopback before a scripted log; can die and come back on the same port. */
final class ScriptedServer implements AutoCloseable {
  final ScriptedLog log = new ScriptedLog();
  final ScriptedBroker broker = new ScriptedBroker(log, this::die);
  final ScriptedRunService runService = new ScriptedRunService(log);
  private int port;
  private Server server;
  private ExecutorService executor;

  ScriptedServer() throws Exception {
    start();
  }

  void start() throws IOException {
    executor = Executors.newCachedThreadPool();
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", port))
            .executor(executor)
            .addService(broker)
            .addService(runService)
            .build()
            .start();
    port = server.getPort();
  }

  /** Drops every connection, as a crash does. */
  void die() {
    server.shutdownNow();
  }

  void restart() throws Exception {
    die();
    server.awaitTermination(10, TimeUnit.SECONDS);
    executor.shutdownNow();
    start();
  }

  String address() {
    return "127.0.0.1:" + port;
  }

  @Override
  public void close() throws Exception {
    die();
    server.awaitTermination(10, TimeUnit.SECONDS);
    executor.shutdownNow();
  }
}
