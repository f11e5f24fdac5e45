package dev.eider.it;

import com.google.common.hash.HashCode;
import com.google.common.hash.Hashing;
import com.google.protobuf.ByteString;
import java.util.Arrays;

/**
 * A hash of each event of a run, in 16 bytes an event, so that many readers of long runs fit into
 * one process. Two different events have the same hash once in 2^64. Owned by its checker.
 */
final class EventHashes {
  private long[] seqs = new long[16];
  private long[] hashes = new long[16];
  private int size;

  /** Adds an event whose seq is larger than those before it. */
  void add(long seq, ByteString event) {
    if (size == seqs.length) {
      int room = size + size / 2;
      seqs = Arrays.copyOf(seqs, room);
      hashes = Arrays.copyOf(hashes, room);
    }
    seqs[size] = seq;
    hashes[size] = hash(event).asLong();
    size++;
  }

  private static HashCode hash(ByteString event) {
    return Hashing.farmHashFingerprint64().hashBytes(event.toByteArray());
  }

  int size() {
    return size;
  }

  long seq(int index) {
    return seqs[index];
  }

  long hash(int index) {
    return hashes[index];
  }

  /** Where the event with a seq is; negative if it is not there. */
  int find(long seq) {
    return Arrays.binarySearch(seqs, 0, size, seq);
  }

  /** Where the events after a seq begin. */
  int firstAfter(long seq) {
    int index = find(seq);
    return index >= 0 ? index + 1 : -index - 1;
  }
}
