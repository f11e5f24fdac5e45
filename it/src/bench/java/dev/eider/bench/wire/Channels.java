package dev.eider.bench.wire;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;

/** Opens connections on loopback. */
final class Channels {
  private static final int INBOUND_BYTES_MAX = 64 << 20;

  private Channels() {}

  /** Answers are handled on the network threads: what the benchmark does with one is little. */
  static ManagedChannel open(String target) {
    return Grpc.newChannelBuilder(target, InsecureChannelCredentials.create())
        .maxInboundMessageSize(INBOUND_BYTES_MAX)
        .directExecutor()
        .build();
  }
}
