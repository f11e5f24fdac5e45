package dev.eider.bench.wire;

import dev.eider.bench.DiskUse;
import dev.eider.bench.Peer;
import dev.eider.it.Daemon;
import dev.eider.it.RepositoryRoot;
import io.grpc.ManagedChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The packaged daemon at its default settings, in its own process. */
public final class EiderPeer implements Peer {
  public static final String NAME = "Eider";

  private static final long STOP_SECONDS = 60;
  private static final long READ_SECONDS = 300;
  private static final long SETTLE_SECONDS = 120;

  private static final List<String> LAUNCHER_OPTIONS =
      List.of(
          "-XX:+IgnoreUnrecognizedVMOptions",
          "-Xmx1g",
          "-XX:+ExitOnOutOfMemoryError",
          "-XX:GCTimeRatio=4",
          "-XX:MinHeapFreeRatio=10",
          "-XX:MaxHeapFreeRatio=25",
          "-XX:G1PeriodicGCInterval=30000",
          "-Dio.grpc.netty.shaded.io.netty.leakDetection.level=disabled");

  private final Map<String, String> settings;
  private Daemon daemon;
  private int runs;

  /** A daemon at its defaults. */
  public EiderPeer() {
    this(Map.of());
  }

  /** A daemon with some settings. */
  public EiderPeer(Map<String, String> settings) {
    this.settings = settings;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String durability() {
    return "fsync before ack";
  }

  @Override
  public boolean isDurable() {
    return true;
  }

  @Override
  public boolean isNetworked() {
    return true;
  }

  @Override
  public Optional<String> missing() {
    return Optional.empty();
  }

  @Override
  public Pipelining pipelining() {
    return new Pipelining(200, 64);
  }

  @Override
  public void start(Path directory, int runCount) {
    runs = runCount;
    daemon = Daemon.start(directory, jvmArgs(), settings);
  }

  /** What the launcher gives the daemon. */
  private static List<String> jvmArgs() {
    List<String> args = new ArrayList<>(LAUNCHER_OPTIONS);
    Path archive = RepositoryRoot.daemonJar().resolveSibling("eider.jsa");
    if (Files.isRegularFile(archive)) {
      args.addAll(List.of("-Xshare:auto", "-XX:SharedArchiveFile=" + archive));
    }
    return args;
  }

  /** The daemon under all of this. */
  public Daemon daemon() {
    return daemon;
  }

  @Override
  public Publisher publisher() {
    return new StreamPublisher(connect());
  }

  @Override
  public Publisher publisherOfOne() {
    return new UnaryPublisher(connect());
  }

  private ManagedChannel connect() {
    return Channels.open(daemon.target());
  }

  @Override
  public AutoCloseable follow(int run, Sink sink) {
    ManagedChannel channel = connect();
    Reading reading = Reading.subscribe(channel, run, sink);
    return () -> {
      boolean failed = reading.hasFailed();
      reading.close();
      channel.shutdownNow();
      if (failed) {
        reading.await(1);
      }
    };
  }

  @Override
  public long replay(int run, Sink sink) throws Exception {
    ManagedChannel channel = connect();
    try {
      return Reading.cold(channel, run, sink).await(READ_SECONDS);
    } finally {
      channel.shutdownNow();
    }
  }

  @Override
  public long replayAll(Sink sink) throws Exception {
    long count = 0;
    for (int run = 0; run < runs; run++) {
      count += replay(run, sink);
    }
    return count;
  }

  @Override
  public void awaitTaken() throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SETTLE_SECONDS);
    while (daemon.counters().getUnpersistedBytes() > 0) {
      waitABit(deadline);
    }
  }

  @Override
  public void settle() throws Exception {
    awaitTaken();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SETTLE_SECONDS);
    // The checkpoint of an idle daemon takes DuckDB's own log away.
    while (Files.exists(daemon.dataDirectory().resolve("events.duckdb.wal"))) {
      waitABit(deadline);
    }
  }

  private static void waitABit(long deadline) throws InterruptedException {
    if (System.nanoTime() > deadline) {
      throw new AssertionError("DuckDB has not taken everything in " + SETTLE_SECONDS + " s");
    }
    Thread.sleep(20);
  }

  @Override
  public void restart() {
    daemon.terminate(STOP_SECONDS);
    daemon.restart();
  }

  @Override
  public Optional<Queries> queries() {
    daemon.terminate(STOP_SECONDS);
    return Optional.of(new FileQueries(daemon));
  }

  @Override
  public long bytesOnDisk() throws Exception {
    return DiskUse.bytes(daemon.dataDirectory());
  }

  @Override
  public void close() {
    if (daemon != null) {
      daemon.close();
    }
  }
}
