package dev.eider.bench.peer;

import dev.eider.bench.BenchEvent;
import dev.eider.bench.Peer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import redis.clients.jedis.Protocol;

/**
 * Redis with a stream per run, whose entries have the id {@code 0-seq} and one field, and with an
 * append-only file that is forced before any answer.
 *
 * <p>Redis reads 16 KiB of a connection at a time, runs the commands in it and forces once: in
 * MULTI and EXEC a whole group is forced at once, which doubles what plain pipelining reaches. The
 * file is not rewritten meanwhile, and there are no snapshots.
 */
public final class RedisStreams implements Peer {
  private static final int GROUPS_UNDER_WAY_MAX = 2;

  private final Optional<Path> program = Installed.program("redis-server");
  private Path directory;
  private int port;
  private ServerProcess server;
  private Seqs seqs;

  @Override
  public String name() {
    return ("Redis " + program.map(Installed::version).orElse("")).trim() + " Streams";
  }

  @Override
  public String durability() {
    return "appendfsync always: fsync of the append-only file before ack";
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
    return program.isPresent()
        ? Optional.empty()
        : Optional.of("no redis-server in PATH; on Debian: apt-get install redis-server");
  }

  @Override
  public Pipelining pipelining() {
    return new Pipelining(500, 4);
  }

  @Override
  public void start(Path directory, int runs) throws Exception {
    this.directory = directory;
    seqs = new Seqs(runs);
    Files.createDirectories(directory.resolve("data"));
    launch();
  }

  private void launch() throws Exception {
    port = ServerProcess.freePort();
    server =
        ServerProcess.start(
            command(), directory.resolve("redis.log"), ServerProcess.Signals.USUAL, this::answers);
  }

  private List<String> command() {
    return List.of(
        program.orElseThrow().toString(),
        "--bind",
        "127.0.0.1",
        "--port",
        String.valueOf(port),
        "--dir",
        directory.resolve("data").toString(),
        "--appendonly",
        "yes",
        "--appendfsync",
        "always",
        "--auto-aof-rewrite-percentage",
        "0",
        "--save",
        "");
  }

  /** Loading counts as not yet. */
  private boolean answers() {
    try (RedisConnection connection = new RedisConnection(port)) {
      connection.sendCommand(Protocol.Command.PING);
      return "PONG".equals(connection.getStatusCodeReply());
    }
  }

  @Override
  public Publisher publisher() {
    var commit =
        new GroupCommit<>(
            "redis-writer", new RedisWriter(new RedisConnection(port)), GROUPS_UNDER_WAY_MAX);
    return new Publisher() {
      @Override
      public CompletableFuture<Void> publish(int run, List<BenchEvent> batch) throws Exception {
        long firstSeq = seqs.take(run, batch.size());
        return commit.add(new RedisWriter.Batch(RedisReader.key(run), firstSeq, values(batch)));
      }

      @Override
      public void close() throws Exception {
        commit.close();
      }
    };
  }

  private static List<byte[]> values(List<BenchEvent> batch) {
    return batch.stream().map(EventBytes::of).toList();
  }

  @Override
  public AutoCloseable follow(int run, Sink sink) {
    return new Follower("redis-reader", new RedisReader(new RedisConnection(port), run, sink));
  }

  @Override
  public long replay(int run, Sink sink) {
    try (RedisReader reader = new RedisReader(new RedisConnection(port), run, sink)) {
      return reader.readStored();
    }
  }

  @Override
  public long replayAll(Sink sink) {
    long events = 0;
    for (int run = 0; run < seqs.runs(); run++) {
      events += replay(run, sink);
    }
    return events;
  }

  /** Everything is where it stays: in memory, and in the file. */
  @Override
  public void settle() {}

  @Override
  public void restart() throws Exception {
    server.stop();
    launch();
  }

  @Override
  public Optional<Queries> queries() {
    return Optional.empty();
  }

  @Override
  public long bytesOnDisk() throws Exception {
    return EventBytes.onDisk(directory.resolve("data"));
  }

  @Override
  public void close() {
    if (server != null) {
      server.close();
    }
  }
}
