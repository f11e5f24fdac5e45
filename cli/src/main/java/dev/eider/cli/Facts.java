package dev.eider.cli;

import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;

/** Prints names and values in two aligned columns. Confined to one thread. */
final class Facts {
  private final Map<String, Object> values = new LinkedHashMap<>();

  Facts add(String name, Object value) {
    values.put(name, value);
    return this;
  }

  void printTo(PrintWriter out) {
    int width = values.keySet().stream().mapToInt(String::length).max().orElse(0);
    values.forEach((name, value) -> out.println("  " + pad(name, width) + "  " + value));
  }

  /** Words an address as clients take it. */
  static String hostAndPort(InetSocketAddress address) {
    InetAddress ip = address.getAddress();
    String host = ip == null ? address.getHostString() : ip.getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
  }

  static String pad(String text, int width) {
    return text + " ".repeat(Math.max(0, width - text.length()));
  }
}
