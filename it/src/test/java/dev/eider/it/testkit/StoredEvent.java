package dev.eider.it.testkit;

import dev.eider.it.RunDigests;
import java.util.HexFormat;

/**
 * An event as a reader got it. Immutable.
 *
 * @param id what its sender calls it; unique over all runs of a history
 * @param hash SHA-256 of its bytes in hex, which stands for them; empty if nobody saw the bytes
 * @param kind and t: what filters of tests ask for
 */
public record StoredEvent(long seq, String id, String hash, String kind, int t) {
  public static StoredEvent of(long seq, String id, byte[] event) {
    return of(seq, id, event, "", 0);
  }

  public static StoredEvent of(long seq, String id, byte[] event, String kind, int t) {
    String hash = HexFormat.of().formatHex(RunDigests.sha256().digest(event));
    return new StoredEvent(seq, id, hash, kind, t);
  }

  boolean hasBytes() {
    return !hash.isEmpty();
  }

  @Override
  public String toString() {
    return seq + "=" + id;
  }
}
