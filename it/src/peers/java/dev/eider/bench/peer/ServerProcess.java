package dev.eider.bench.peer;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A server in a process of its own, whose output goes into a file. It does not outlive this JVM: a
 * shutdown hook kills what was not closed. Owned by one thread.
 */
final class ServerProcess implements AutoCloseable {
  private static final long START_SECONDS = 120;
  private static final long STOP_SECONDS = 60;
  private static final int LOG_LINES_SHOWN = 15;

  private final Process process;
  private final Path log;
  private final Signals signals;
  private final Thread hook;

  private ServerProcess(Process process, Path log, Signals signals) {
    this.process = process;
    this.log = log;
    this.signals = signals;
    this.hook = new Thread(this::end, "peer-ender");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /**
   * What makes a server stop cleanly, and what makes it end at once without leaving anything of the
   * system's behind, both as {@code kill} names them.
   */
  record Signals(String stop, String end) {
    static final Signals USUAL = new Signals("TERM", "KILL");
  }

  /** Whether it serves; asked again and again until it does. */
  interface Probe {
    boolean serves() throws Exception;
  }

  /** Starts a server and waits until it serves. */
  static ServerProcess start(List<String> command, Path log, Signals signals, Probe probe)
      throws Exception {
    ServerProcess server = new ServerProcess(launch(command, log), log, signals);
    try {
      server.await(probe);
      return server;
    } catch (Exception e) {
      server.close();
      throw e;
    }
  }

  /** Runs a command to its end, which has to be a good one. */
  static void run(List<String> command, Path log) throws Exception {
    Process process = launch(command, log);
    if (!process.waitFor(START_SECONDS, SECONDS)) {
      process.destroyForcibly();
      throw new IllegalStateException(String.join(" ", command) + " does not end" + endOf(log));
    }
    if (process.exitValue() != 0) {
      throw new IllegalStateException(
          String.join(" ", command) + " ended with " + process.exitValue() + endOf(log));
    }
  }

  private static Process launch(List<String> command, Path log) throws IOException {
    return new ProcessBuilder(command)
        .directory(log.toAbsolutePath().getParent().toFile())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
        .start();
  }

  private void await(Probe probe) throws Exception {
    long deadline = System.nanoTime() + SECONDS.toNanos(START_SECONDS);
    Exception last = null;
    while (System.nanoTime() < deadline) {
      if (process.waitFor(20, MILLISECONDS)) {
        throw new IllegalStateException("it ended with " + process.exitValue() + endOf(log));
      }
      try {
        if (probe.serves()) {
          return;
        }
      } catch (Exception notYet) {
        last = notYet;
      }
    }
    throw new IllegalStateException("does not serve in " + START_SECONDS + " s" + endOf(log), last);
  }

  /** Asks it to stop and waits until it has. */
  void stop() throws InterruptedException {
    signal(signals.stop());
    boolean stopped = process.waitFor(STOP_SECONDS, SECONDS);
    close();
    if (!stopped) {
      throw new IllegalStateException("does not stop in " + STOP_SECONDS + " s" + endOf(log));
    }
  }

  /** Ends it at once, with the processes it started. */
  @Override
  public void close() {
    end();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException shuttingDown) {
      // The hook does the same.
    }
  }

  private void end() {
    List<ProcessHandle> started = process.descendants().toList();
    try {
      if (process.isAlive()) {
        signal(signals.end());
        process.waitFor(10, SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.destroyForcibly();
    started.forEach(ProcessHandle::destroyForcibly);
  }

  private void signal(String name) throws InterruptedException {
    try {
      new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException("no command kill", e);
    }
  }

  private static String endOf(Path log) {
    try {
      List<String> lines = Files.readAllLines(log);
      return ":\n"
          + String.join(
              "\n", lines.subList(Math.max(0, lines.size() - LOG_LINES_SHOWN), lines.size()));
    } catch (IOException e) {
      return " (no log: " + e.getMessage() + ")";
    }
  }

  /** Whether anybody listens there, on loopback. */
  static boolean listens(int port) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
      return true;
    } catch (ConnectException notYet) {
      return false;
    }
  }

  /** A port on loopback that was free a moment ago. */
  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
