package dev.eider.it.connection;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;

/** One connection through a {@link FaultyNetwork}, made of two pipes. Thread-safe. */
final class Link {
  private static final int IDLE_CHECK_MS = 50;

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
    toDaemon = new Pipe(client, daemon);
    toClient = new Pipe(daemon, client);
  }

  void start() throws IOException {
    daemon.setTcpNoDelay(true);
    FaultyNetwork.start("faulty-to-daemon", toDaemon);
    FaultyNetwork.start("faulty-to-client", toClient);
  }

  Pipe pipe(FaultyNetwork.Way way) {
    return way == FaultyNetwork.Way.TO_DAEMON ? toDaemon : toClient;
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
    toDaemon.set(Flow.OVER);
    toClient.set(Flow.OVER);
  }

  /** Passes on what one side did, unless that is swallowed. */
  private void senderEnded(Pipe pipe, boolean isHeard, boolean isBroken) {
    if (pipe == toClient) {
      network.endedByDaemon.incrementAndGet();
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

  private boolean isIdle(int ms) {
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

  /** Carries the bytes of one direction, on a thread of its own. Thread-safe. */
  final class Pipe implements Runnable {
    private final Socket from;
    private final Socket to;
    private Flow flow = Flow.PASSING; // guarded by this
    private long bytesLeft = Long.MAX_VALUE; // guarded by this

    Pipe(Socket from, Socket to) {
      this.from = from;
      this.to = to;
    }

    synchronized void set(Flow value) {
      if (flow != Flow.OVER) {
        flow = value;
        notifyAll();
      }
    }

    /** Lets this many more bytes through, then resets the connection. */
    synchronized void tearAfter(long bytes) {
      bytesLeft = bytes;
    }

    synchronized boolean isOver() {
      return flow == Flow.OVER;
    }

    @Override
    public void run() {
      boolean isBroken = false;
      try {
        carry();
      } catch (IOException broken) {
        isBroken = true;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
      if (!isOver()) {
        senderEnded(this, isPassing(), isBroken);
      }
    }

    /** Tells the receiver that the sender has ended. */
    void finish() throws IOException {
      set(Flow.OVER);
      to.shutdownOutput();
    }

    private void carry() throws IOException, InterruptedException {
      byte[] bytes = new byte[16 << 10];
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      from.setSoTimeout(IDLE_CHECK_MS);
      while (awaitFlow()) {
        int count = read(in, bytes);
        if (count < 0) {
          return;
        }
        if (count > 0 && awaitFlow() && isPassing()) {
          delay();
          int allowed = take(count);
          out.write(bytes, 0, allowed);
          if (allowed < count) {
            throw new IOException("torn");
          }
        }
      }
    }

    /** Reads what is there; 0 when nothing came for a moment. */
    private int read(InputStream in, byte[] bytes) throws IOException {
      try {
        int count = in.read(bytes);
        lastByteNanos = System.nanoTime();
        return count;
      } catch (SocketTimeoutException nothing) {
        int idleMsMax = network.idleMsMax;
        if (idleMsMax > 0 && isIdle(idleMsMax)) {
          throw new IOException("idle", nothing);
        }
        return 0;
      }
    }

    /** Waits while stalled; false when it is over. */
    private synchronized boolean awaitFlow() throws InterruptedException {
      while (flow == Flow.STALLED) {
        wait(1_000);
      }
      return flow != Flow.OVER;
    }

    private synchronized void delay() throws InterruptedException {
      long untilNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(network.delayMs);
      for (long left = untilNanos - System.nanoTime();
          left > 0;
          left = untilNanos - System.nanoTime()) {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      }
    }

    private synchronized int take(int count) {
      int allowed = (int) Math.min(count, bytesLeft);
      bytesLeft -= allowed;
      return allowed;
    }

    private synchronized boolean isPassing() {
      return flow == Flow.PASSING;
    }
  }

  /** What happens to the bytes. */
  enum Flow {
    PASSING,
    STALLED,
    SWALLOWING,
    OVER
  }
}
