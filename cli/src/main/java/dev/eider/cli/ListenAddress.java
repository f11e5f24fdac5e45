package dev.eider.cli;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/** Keeps the daemon off the network unless its operator insists. Thread-safe. */
final class ListenAddress {
  private ListenAddress() {}

  /**
   * Checks that nobody but this machine can reach a host. Blocks while the name is resolved.
   *
   * @throws CliFailure if it does not resolve, or one of its addresses is no loopback address
   */
  static void requireLoopback(String host) {
    try {
      boolean loopback =
          Arrays.stream(InetAddress.getAllByName(host)).allMatch(InetAddress::isLoopbackAddress);
      if (!loopback) {
        throw CliFailure.usage(
            "refusing to listen on "
                + host
                + ": other machines can reach it, and there is no TLS or authentication yet; "
                + "use 127.0.0.1, or add --insecure if everyone on that network may read and write");
      }
    } catch (UnknownHostException e) {
      throw CliFailure.usage(
          "cannot resolve the host " + host + "; use an address such as 127.0.0.1");
    }
  }
}
