package dev.eider.it.history;

import dev.eider.it.RunDigests;
import java.util.HexFormat;

/**
 * An event as a reader got it. Immutable.
 *
 * @param id what its sender calls it; unique over all runs of a history
 * @param hash SHA-256 of its bytes in hex, which stands for them
 */
public record StoredEvent(long seq, String id, String hash) {
  public static StoredEvent of(long seq, String id, byte[] event) {
    return new StoredEvent(seq, id, HexFormat.of().formatHex(RunDigests.sha256().digest(event)));
  }

  @Override
  public String toString() {
    return seq + "=" + id;
  }
}
