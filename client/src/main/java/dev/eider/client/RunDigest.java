package dev.eider.client;

import dev.eider.v1.EventEnvelope;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Computes {@code Run.digest} from the envelopes of a run, read without a filter in seq order from
 * seq 1. Equal digests mean that both sides hold the same events in the same order.
 *
 * <p>Hashes each event as this library encodes it, which is how the daemon encodes it. Not
 * thread-safe.
 */
public final class RunDigest {
  private final String runId;
  private final MessageDigest sha256;
  private byte[] value;
  private long lastSeq;

  private RunDigest(String runId) {
    this.runId = runId;
    try {
      this.sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
    this.value = sha256.digest(runId.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns the digest of a run without events. */
  public static RunDigest of(String runId) {
    return new RunDigest(runId);
  }

  /**
   * Adds the run's next event.
   *
   * @throws IllegalArgumentException if it is of another run or not the next one
   */
  public RunDigest add(EventEnvelope envelope) {
    if (!envelope.getRunId().equals(runId) || envelope.getSeq() != lastSeq + 1) {
      throw new IllegalArgumentException(
          "seq %d of run %s does not come after seq %d of run %s"
              .formatted(envelope.getSeq(), envelope.getRunId(), lastSeq, runId));
    }
    byte[] eventHash = sha256.digest(envelope.getEvent().toByteArray());
    sha256.update(value);
    value = sha256.digest(eventHash);
    lastSeq = envelope.getSeq();
    return this;
  }

  /** Returns the digest of the events added so far, 32 bytes. */
  public byte[] value() {
    return value.clone();
  }
}
