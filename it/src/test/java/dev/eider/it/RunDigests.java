package dev.eider.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The digest of a run, written from the comment of {@code Run.digest} and not from the daemon. */
public final class RunDigests {
  private RunDigests() {}

  public static byte[] initial(String runId) {
    return sha256().digest(runId.getBytes(UTF_8));
  }

  public static byte[] next(byte[] previous, byte[] event) {
    return nextOfHash(previous, sha256().digest(event));
  }

  /** The same for one who has only the SHA-256 of the event's bytes. */
  public static byte[] nextOfHash(byte[] previous, byte[] eventHash) {
    MessageDigest sha256 = sha256();
    sha256.update(previous);
    return sha256.digest(eventHash);
  }

  public static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }

  public static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
