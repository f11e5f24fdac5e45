package dev.eider.it.overload;

import dev.eider.it.Daemon;
import io.grpc.Channel;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.util.ArrayList;
import java.util.List;

/** Connections of one's own to a daemon. Owned by the test thread. */
final class Channels implements AutoCloseable {
  private static final int INBOUND_BYTES_MAX = 64 << 20;

  /** The least that HTTP/2 begins with. */
  private static final int NARROW_BYTES = (64 << 10) - 1;

  private final List<ManagedChannel> all = new ArrayList<>();

  /** Makes some more. */
  Channels(Daemon daemon, int count) {
    for (int i = 0; i < count; i++) {
      add(Grpc.newChannelBuilder(daemon.target(), InsecureChannelCredentials.create()));
    }
  }

  private Channels() {}

  /**
   * Makes some for streams that are not read: what comes for each of them waits in this process, up
   * to its window, which is a mebibyte and more unless it is kept narrow.
   */
  static Channels narrow(Daemon daemon, int count) {
    Channels narrow = new Channels();
    for (int i = 0; i < count; i++) {
      narrow.add(
          NettyChannelBuilder.forTarget(daemon.target(), InsecureChannelCredentials.create())
              .flowControlWindow(NARROW_BYTES));
    }
    return narrow;
  }

  private void add(ManagedChannelBuilder<?> channel) {
    all.add(channel.maxInboundMessageSize(INBOUND_BYTES_MAX).build());
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
