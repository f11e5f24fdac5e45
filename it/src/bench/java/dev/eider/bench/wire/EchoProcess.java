package dev.eider.bench.wire;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.eider.bench.Peer;
import dev.eider.v1.SubscribeRequest;
import io.grpc.ManagedChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@link EchoServer} in a process of its own. Owned by one thread. */
public final class EchoProcess implements AutoCloseable {
  private static final long START_SECONDS = 30;

  private final Process process;
  private final String target;
  private final List<ManagedChannel> readers = new ArrayList<>();

  private EchoProcess(Process process, String target) {
    this.process = process;
    this.target = target;
  }

  /** Starts it and waits until it serves. */
  public static EchoProcess start(Path directory) throws Exception {
    Path portFile = directory.resolve("echo.port");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-cp",
                System.getProperty("java.class.path"),
                EchoServer.class.getName(),
                portFile.toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("echo.log").toFile())
            .start();
    long deadline = System.nanoTime() + SECONDS.toNanos(START_SECONDS);
    while (!Files.exists(portFile)) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        process.destroyForcibly();
        throw new IllegalStateException(
            "the echo server does not start: " + Files.readString(directory.resolve("echo.log")));
      }
      process.waitFor(10, java.util.concurrent.TimeUnit.MILLISECONDS);
    }
    return new EchoProcess(process, "127.0.0.1:" + Files.readString(portFile));
  }

  public Peer.Publisher publisher() {
    return new StreamPublisher(Channels.open(target));
  }

  public Peer.Publisher unaryPublisher() {
    return new UnaryPublisher(Channels.open(target));
  }

  /** Has batches sent to one more reader, as fast as they go. */
  public Reading read(int eventsPerBatch, long batches, Peer.Sink sink) {
    ManagedChannel channel = Channels.open(target);
    readers.add(channel);
    SubscribeRequest request =
        SubscribeRequest.newBuilder()
            .setRunId(RunNames.of(0))
            .setMaxBatch(eventsPerBatch)
            .setAfterSeq(batches)
            .build();
    return Reading.echo(channel, request, sink);
  }

  @Override
  public void close() {
    readers.forEach(ManagedChannel::shutdownNow);
    process.destroyForcibly();
    try {
      process.waitFor(10, SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
