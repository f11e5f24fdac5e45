package dev.eider.bench.peer;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayDeque;
import java.util.List;
import redis.clients.jedis.Protocol.Command;

/** Adds groups of events to their streams, each group in one transaction. */
final class RedisWriter implements GroupCommit.Link<RedisWriter.Batch> {
  static final byte[] FIELD = {'e'};

  private final RedisConnection connection;

  /** How many events are in each group sent and not yet answered. */
  private final ArrayDeque<Integer> underWay = new ArrayDeque<>();

  /** Neighbouring events of one stream. */
  record Batch(byte[] key, long firstSeq, List<byte[]> values) {}

  RedisWriter(RedisConnection connection) {
    this.connection = connection;
  }

  @Override
  public void send(List<Batch> group) {
    int events = group.stream().mapToInt(batch -> batch.values().size()).sum();
    if (events == 1) {
      add(group.get(0));
    } else {
      connection.sendCommand(Command.MULTI);
      group.forEach(this::add);
      connection.sendCommand(Command.EXEC);
    }
    connection.push();
    underWay.add(events);
  }

  private void add(Batch batch) {
    long seq = batch.firstSeq();
    for (byte[] value : batch.values()) {
      connection.sendCommand(Command.XADD, batch.key(), id(seq++), FIELD, value);
    }
  }

  static byte[] id(long seq) {
    return ("0-" + seq).getBytes(UTF_8);
  }

  @Override
  public void awaitCommit() {
    int events = underWay.remove();
    if (events == 1) {
      connection.getOne();
      return;
    }
    // OK of MULTI, then QUEUED of each.
    for (int i = 0; i <= events; i++) {
      connection.getOne();
    }
    int added = 0;
    for (Object answer : connection.getObjectMultiBulkReply()) {
      if (answer instanceof RuntimeException refused) {
        throw refused;
      }
      added++;
    }
    if (added != events) {
      throw new IllegalStateException(added + " of " + events + " events were added");
    }
  }

  @Override
  public void close() {
    connection.close();
  }
}
