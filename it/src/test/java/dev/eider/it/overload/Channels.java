package dev.eider.it.overload;

import dev.eider.it.Daemon;
import io.grpc.Channel;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.util.ArrayList;
import java.util.List;

/** Connections of one's own to a daemon. Owned by the test thread. */
final class Channels implements AutoCloseable {
  private static final int INBOUND_BYTES_MAX = 64 << 20;

  private final List<ManagedChannel> all = new ArrayList<>();

  /** Makes some more. */
  Channels(Daemon daemon, int count) {
    for (int i = 0; i < count; i++) {
      all.add(
          Grpc.newChannelBuilder(daemon.target(), InsecureChannelCredentials.create())
              .maxInboundMessageSize(INBOUND_BYTES_MAX)
              .build());
    }
  }

  /** One of them; the same for the same number. */
  Channel get(int number) {
    return all.get(number % all.size());
  }

  @Override
  public void close() {
    all.forEach(ManagedChannel::shutdownNow);
  }
}
