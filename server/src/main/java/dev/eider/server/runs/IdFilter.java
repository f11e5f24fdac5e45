package dev.eider.server.runs;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.eider.server.event.RunDigest;
import dev.eider.server.event.RunId;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.Stream;

/**
 * A Bloom filter of ids: it surely knows that an id was never added, and is wrong about few that
 * were not. An id is used once for good, so nothing is ever taken out.
 *
 * <p>It grows by layers, each twice as large as the one before. Up to two million ids one in 25,000
 * others passes for known; from there on the last layer fills up: one in 200 at four million, one
 * in three at ten. Thread-safe; an id that was added is found by every thread.
 */
final class IdFilter {
  /** What it takes in memory at the most. */
  static final long BYTES_MAX = 8L << 20;

  /** Of the hash of an id. */
  static final int HASH_BYTES = 16;

  private static final int FIRST_LONGS = 8 << 10;
  private static final int LAYERS_MAX = 7;
  private static final int BITS_PER_ID = 32;
  private static final int PROBES = 8;

  // Written under the lock; a layer's bits are only ever set.
  private volatile List<AtomicLongArray> layers = List.of(new AtomicLongArray(FIRST_LONGS));

  @GuardedBy("this")
  private int room = FIRST_LONGS * Long.SIZE / BITS_PER_ID;

  static byte[] hash(RunId runId) {
    return RunDigest.initial(runId);
  }

  /** No run id has a space. */
  static byte[] hash(String requestId) {
    return RunDigest.hash(("request " + requestId).getBytes(UTF_8));
  }

  /** Adds an id by its hash. */
  synchronized void add(byte[] hash) {
    if (mayContain(hash)) {
      return;
    }
    if (room == 0 && layers.size() < LAYERS_MAX) {
      int longs = 2 * layers.get(layers.size() - 1).length();
      room = longs / BITS_PER_ID * Long.SIZE;
      layers = Stream.concat(layers.stream(), Stream.of(new AtomicLongArray(longs))).toList();
    }
    room = Math.max(0, room - 1);
    AtomicLongArray newest = layers.get(layers.size() - 1);
    for (int probe = 0; probe < PROBES; probe++) {
      long bit = bit(hash, probe, newest);
      newest.accumulateAndGet((int) (bit / Long.SIZE), 1L << bit, (bits, more) -> bits | more);
    }
  }

  /** Returns false when an id was surely never added. */
  boolean mayContain(byte[] hash) {
    for (AtomicLongArray layer : layers) {
      if (mayContain(layer, hash)) {
        return true;
      }
    }
    return false;
  }

  /** Returns what it takes in memory, in bytes. */
  long bytes() {
    return layers.stream().mapToLong(layer -> (long) Long.BYTES * layer.length()).sum();
  }

  private static boolean mayContain(AtomicLongArray layer, byte[] hash) {
    for (int probe = 0; probe < PROBES; probe++) {
      long bit = bit(hash, probe, layer);
      if ((layer.get((int) (bit / Long.SIZE)) & 1L << bit) == 0) {
        return false;
      }
    }
    return true;
  }

  private static long bit(byte[] hash, int probe, AtomicLongArray layer) {
    ByteBuffer halves = ByteBuffer.wrap(hash, 0, HASH_BYTES);
    long start = halves.getLong();
    long step = halves.getLong() | 1;
    long bits = (long) layer.length() * Long.SIZE;
    return start + probe * step & bits - 1;
  }
}
