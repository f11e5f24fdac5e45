package dev.eider.cli;

import dev.eider.server.EiderServer;

/**
 * Stops a server cleanly when the JVM is told to end (SIGTERM, SIGINT). The JVM starts its hook
 * thread, and exits with the signal's own code once that is done. Thread-safe.
 */
final class SignalStop implements AutoCloseable {
  private final EiderServer server;
  private final Runnable afterStop;
  private final Thread hook = new Thread(this::onSignal, "eider-stop");
  private volatile boolean signalled; // written by the hook thread, read by the main thread

  /** Begins to listen; {@code afterStop} runs on the hook thread after a stop by a signal. */
  static SignalStop install(EiderServer server, Runnable afterStop) {
    SignalStop stop = new SignalStop(server, afterStop);
    try {
      Runtime.getRuntime().addShutdownHook(stop.hook);
    } catch (IllegalStateException alreadyEnding) {
      stop.onSignal();
    }
    return stop;
  }

  private SignalStop(EiderServer server, Runnable afterStop) {
    this.server = server;
    this.afterStop = afterStop;
  }

  /** Returns whether a signal has come. */
  boolean signalled() {
    return signalled;
  }

  /** Blocks until the server has stopped on a signal; fails if it stopped without one. */
  void await() {
    server.awaitStopped();
    if (!signalled) {
      throw CliFailure.failed("the daemon stopped by itself; its log above says why");
    }
  }

  /** Stops listening; a signal then ends the JVM at once. */
  @Override
  public void close() {
    if (!signalled) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException alreadyEnding) {
        // The hook is running: it does what there is to do.
      }
    }
  }

  private void onSignal() {
    signalled = true;
    server.close();
    afterStop.run();
  }
}
