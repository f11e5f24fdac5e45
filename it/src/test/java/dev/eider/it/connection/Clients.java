package dev.eider.it.connection;

import dev.eider.client.ClientConfig;
import dev.eider.client.EiderClient;
import dev.eider.client.PublisherConfig;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.time.Duration;

/** Clients that notice soon and retry soon, so that tests are quick. */
final class Clients {
  /** The least that the Java client allows. */
  static final Duration KEEP_ALIVE = Duration.ofSeconds(10);

  /** Long enough for a machine that is busy with much else. */
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  /** Few events under way, each sent soon. */
  static final PublisherConfig SMALL_BATCHES =
      PublisherConfig.defaults()
          .withBatch(20, 1 << 16)
          .withPending(200, 1 << 20)
          .withTimeouts(PATIENCE, PATIENCE);

  private Clients() {}

  static EiderClient connect(String address) {
    return EiderClient.connect(
        ClientConfig.defaults(address)
            .withBackoff(Duration.ofMillis(10), Duration.ofMillis(500))
            .withResumeTimeout(PATIENCE)
            .withKeepAlive(KEEP_ALIVE, Duration.ofSeconds(1)));
  }

  static ManagedChannel channel(String address) {
    return Grpc.newChannelBuilder(address, InsecureChannelCredentials.create()).build();
  }
}
