package dev.eider.server.run;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.eider.server.event.RunDigest;
import dev.eider.server.event.RunId;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/**
 * Makes ids for runs whose opener named none. Thread-safe as far as its source of randomness is.
 */
public final class RunIdMaker {
  private static final int ID_BYTES = 12;

  private final RandomGenerator random;

  public RunIdMaker(RandomGenerator random) {
    this.random = random;
  }

  /**
   * Makes an id. A request id leads to the same run id each time, so that a repeat of the request
   * finds its run.
   *
   * @param requestId empty for a random run id
   */
  public RunId make(String requestId) {
    byte[] id = new byte[ID_BYTES];
    if (requestId.isEmpty()) {
      random.nextBytes(id);
    } else {
      byte[] hash = RunDigest.hash(("request " + requestId).getBytes(UTF_8));
      System.arraycopy(hash, 0, id, 0, ID_BYTES);
    }
    return new RunId("run-" + HexFormat.of().formatHex(id));
  }
}
