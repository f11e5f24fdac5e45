package dev.eider.bench.peer;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.eider.bench.Peer.Sink;
import java.io.IOException;
import java.util.List;
import redis.clients.jedis.Protocol.Command;

/**
 * Reads one stream: live with XREAD BLOCK, what is stored with XRANGE, of which one page is asked
 * for ahead, since the ids are known. Owned by one thread.
 */
final class RedisReader implements Follower.Source {
  private static final int EVENTS_A_READ = 2_000;
  private static final int EVENTS_A_PAGE = 1_000;
  private static final int BLOCK_MS = 500;

  private final RedisConnection connection;
  private final byte[] key;
  private final Stretch stretch;

  RedisReader(RedisConnection connection, int run, Sink sink) {
    this.connection = connection;
    this.key = key(run);
    this.stretch = new Stretch(run, sink);
  }

  static byte[] key(int run) {
    return ("run:" + run).getBytes(UTF_8);
  }

  @Override
  public void readOnce() {
    connection.sendCommand(
        Command.XREAD,
        bytes("COUNT"),
        bytes(String.valueOf(EVENTS_A_READ)),
        bytes("BLOCK"),
        bytes(String.valueOf(BLOCK_MS)),
        bytes("STREAMS"),
        key,
        RedisWriter.id(stretch.lastSeq()));
    List<Object> streams = connection.getObjectMultiBulkReply();
    if (streams != null) {
      take((List<?>) ((List<?>) streams.get(0)).get(1));
    }
  }

  /** Reads what is stored now and returns how many events that were. */
  long readStored() {
    long nextSeq = 1;
    askForPage(nextSeq);
    int found;
    do {
      nextSeq += EVENTS_A_PAGE;
      askForPage(nextSeq);
      found = take(connection.getObjectMultiBulkReply());
    } while (found == EVENTS_A_PAGE);
    take(connection.getObjectMultiBulkReply());
    return stretch.lastSeq();
  }

  private void askForPage(long firstSeq) {
    connection.sendCommand(
        Command.XRANGE,
        key,
        RedisWriter.id(firstSeq),
        RedisWriter.id(firstSeq + EVENTS_A_PAGE - 1));
    connection.push();
  }

  /** An entry is its id and the list of its fields and values. */
  private int take(List<?> entries) {
    for (Object entry : entries) {
      stretch.add(seq((byte[]) ((List<?>) entry).get(0)));
    }
    return stretch.pass();
  }

  private static long seq(byte[] id) {
    long seq = 0;
    for (int i = 2; i < id.length; i++) {
      seq = seq * 10 + (id[i] - '0');
    }
    return seq;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  @Override
  public void endWait() throws IOException {
    connection.forceDisconnect();
  }

  @Override
  public void close() {
    connection.close();
  }
}
