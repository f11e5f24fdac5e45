package dev.eider.server.rpc;

import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * How much gRPC may log. It tells of every connection that breaks the protocol, with a stack trace;
 * whoever can reach the port could fill the disk with that.
 */
final class TransportLog {
  // Kept here, since java.util.logging forgets a logger that nobody holds, and its level.
  private static final Logger GRPC = Logger.getLogger("io.grpc");
  private static final Logger NETTY = Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty");

  private TransportLog() {}

  /** Leaves what tells of a defect. */
  static void limit() {
    GRPC.setLevel(Level.WARNING);
    NETTY.setLevel(Level.SEVERE);
  }
}
