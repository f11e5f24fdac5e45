package dev.eider.server.event;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The rolling hash over a run's events, as {@code eider.v1.Run.digest} defines it. */
public final class RunDigest {
  private static final ThreadLocal<MessageDigest> SHA_256 =
      ThreadLocal.withInitial(RunDigest::sha256);

  private RunDigest() {}

  /** Returns the digest of a run without events. */
  public static byte[] initial(RunId runId) {
    return hash(runId.value().getBytes(UTF_8));
  }

  /** Returns the hash of one event's bytes, which {@link #next} takes. */
  public static byte[] hash(byte[] bytes) {
    return SHA_256.get().digest(bytes);
  }

  /** Returns the digest after one more event. */
  public static byte[] next(byte[] previous, byte[] eventHash) {
    MessageDigest sha256 = SHA_256.get();
    sha256.update(previous);
    return sha256.digest(eventHash);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
