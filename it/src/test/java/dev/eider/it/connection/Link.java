package dev.eider.it.connection;

import java.io.IOException;
import java.net.Socket;

/** One connection through a {@link FaultyNetwork}, made of two pipes. Thread-safe. */
final class Link {
  private final FaultyNetwork network;
  private final Socket client;
  private final Socket daemon;
  private final Pipe toDaemon;
  private final Pipe toClient;
  private volatile long lastByteNanos = System.nanoTime();

  Link(FaultyNetwork network, Socket client, Socket daemon) throws IOException {
    this.network = network;
    this.client = client;
    this.daemon = daemon;
    client.setTcpNoDelay(true);
    toDaemon = new Pipe(this, client, daemon);
    toClient = new Pipe(this, daemon, client);
  }

  void start() throws IOException {
    daemon.setTcpNoDelay(true);
    FaultyNetwork.start("faulty-to-daemon", toDaemon);
    FaultyNetwork.start("faulty-to-client", toClient);
  }

  Pipe pipe(FaultyNetwork.Way way) {
    return way == FaultyNetwork.Way.TO_DAEMON ? toDaemon : toClient;
  }

  FaultyNetwork network() {
    return network;
  }

  /** Ends it on both sides with a reset. */
  void reset() {
    over();
    reset(client);
    reset(daemon);
  }

  /** Ends it on both sides in good order. */
  void finish() {
    over();
    close(client);
    close(daemon);
  }

  private void over() {
    network.ended(this);
    toDaemon.set(Pipe.Flow.OVER);
    toClient.set(Pipe.Flow.OVER);
  }

  /** Passes on what one side did, unless that is swallowed. */
  void senderEnded(Pipe pipe, boolean isHeard, boolean isBroken) {
    if (pipe == toClient) {
      network.countEndByDaemon();
    }
    if (!isHeard) {
      return;
    }
    if (isBroken) {
      reset();
      return;
    }
    try {
      pipe.finish();
    } catch (IOException gone) {
      reset();
    }
    if (toDaemon.isOver() && toClient.isOver()) {
      finish();
    }
  }

  void moved() {
    lastByteNanos = System.nanoTime();
  }

  boolean isIdle(int ms) {
    return System.nanoTime() - lastByteNanos > ms * 1_000_000L;
  }

  static void reset(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
    } catch (IOException closed) {
      return;
    }
    close(socket);
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException closed) {
      // It is gone, which is what was wanted.
    }
  }
}
