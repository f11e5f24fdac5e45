package dev.eider.it.mirror;

import com.google.protobuf.ByteString;
import dev.eider.client.AllRunsSubscription;
import dev.eider.client.ClientConfig;
import dev.eider.client.EiderClient;
import dev.eider.client.TokenedBatch;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;

/**
 * The reference mirror: copies every event of every run into a SQLite file, each exactly once
 * however often it or the daemon dies. Its whole art is that a batch's events and its token are
 * written in one transaction, and that it begins with the token it finds.
 *
 * <p>{@code Mirror ADDRESS FILE} runs until it is killed.
 */
public final class Mirror {
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private Mirror() {}

  public static void main(String[] args) throws SQLException {
    ClientConfig config =
        ClientConfig.defaults(args[0])
            .withResumeTimeout(PATIENCE)
            .withBackoff(Duration.ofMillis(20), Duration.ofMillis(200));
    try (MirrorTable table = MirrorTable.open(Path.of(args[1]));
        EiderClient client = EiderClient.connect(config)) {
      ByteString token = table.token();
      System.out.println("mirror begins after a token of " + token.size() + " bytes");
      try (AllRunsSubscription batches = client.subscribeAll(token)) {
        while (batches.hasNext()) {
          TokenedBatch batch = batches.next();
          table.store(batch.events(), batch.resumeToken());
        }
      }
    }
  }
}
