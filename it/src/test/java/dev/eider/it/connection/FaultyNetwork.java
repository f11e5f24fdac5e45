package dev.eider.it.connection;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands between clients and a daemon and does to their connections what networks do: loses
 * everything without a word, stops, cuts, delays, closes what is idle. A fault strikes the
 * connections that are open; those opened after it are sound, but for {@link #mute} and {@link
 * #delayMs}.
 *
 * <p>Two threads a connection, which end with it. Thread-safe.
 */
final class FaultyNetwork implements AutoCloseable {
  private final InetSocketAddress daemon;
  private final ServerSocket listener;
  private final Set<Link> links = ConcurrentHashMap.newKeySet();

  /** How many connections clients have made so far. */
  final AtomicInteger accepted = new AtomicInteger();

  /** How many connections the daemon has ended, whether or not their clients were told. */
  final AtomicInteger endedByDaemon = new AtomicInteger();

  /** Whether connections are taken and never answered, as a stopped daemon's are. */
  volatile boolean mute;

  /** The time after which a connection on which nothing moves is reset; 0 for none. */
  volatile int idleMsMax;

  /** The delay of everything, both ways. */
  volatile int delayMs;

  /** Leads to a daemon, which need not run yet. */
  FaultyNetwork(String target) {
    String[] hostAndPort = target.split(":", 2);
    daemon = new InetSocketAddress(hostAndPort[0], Integer.parseInt(hostAndPort[1]));
    try {
      listener = new ServerSocket(0, 1_000, InetAddress.getByName("127.0.0.1"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    start("faulty-accept", this::acceptAll);
  }

  /** Where clients connect to. */
  String address() {
    return "127.0.0.1:" + listener.getLocalPort();
  }

  /** The connections that are open at the moment. */
  List<Link> links() {
    return List.copyOf(links);
  }

  /** From now on nothing arrives, not even an end: the other side is gone without a word. */
  void swallow(Way... ways) {
    for (Link link : links()) {
      for (Way way : ways) {
        link.pipe(way).set(Link.Flow.SWALLOWING);
      }
    }
  }

  /** From now on nothing is taken: the sender's buffers fill up. */
  void stall(Way way) {
    links().forEach(link -> link.pipe(way).set(Link.Flow.STALLED));
  }

  /** Resets every connection. */
  void cut() {
    links().forEach(Link::reset);
  }

  void ended(Link link) {
    links.remove(link);
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    cut();
  }

  static void start(String name, Runnable body) {
    Thread thread = new Thread(body, name);
    thread.setDaemon(true);
    thread.start();
  }

  private void acceptAll() {
    while (!listener.isClosed()) {
      try {
        accept(listener.accept());
      } catch (IOException closedOrRefused) {
        // The client sees its connection reset, as when nothing listens.
      }
    }
  }

  private void accept(Socket client) throws IOException {
    accepted.incrementAndGet();
    Socket onward = new Socket();
    if (!mute) {
      try {
        onward.connect(daemon, 5_000);
      } catch (IOException nobodyThere) {
        Link.reset(client);
        return;
      }
    }
    Link link = new Link(this, client, onward);
    links.add(link);
    if (onward.isConnected()) {
      link.start();
    }
  }

  /** A direction. */
  enum Way {
    TO_DAEMON,
    TO_CLIENT
  }
}
