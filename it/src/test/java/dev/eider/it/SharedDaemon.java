package dev.eider.it;

import java.nio.file.Path;
import java.util.Map;

/**
 * The daemon of all suites of one process that need no settings, restarts or data directory of
 * their own: started when the first of them asks, ended with the process. Thread-safe.
 */
final class SharedDaemon {
  /** Closed runs leave memory soon, and who waits hears of it. */
  private static final Map<String, String> SETTINGS =
      Map.of("grace-ms", "200", "heartbeat-ms", "300");

  private static SharedDaemon instance;

  private final Path directory;
  private final Daemon daemon;
  private volatile boolean isKept;

  private SharedDaemon() {
    directory = RepositoryRoot.workDirectory("shared-" + ProcessHandle.current().pid());
    Directories.empty(directory);
    daemon = Daemon.start(directory, Daemon.SHORT_LIVED, SETTINGS);
    Runtime.getRuntime().addShutdownHook(new Thread(this::end));
  }

  /** Returns it; a new one when a suite has ended the one before. */
  static synchronized SharedDaemon get() {
    if (instance != null && !instance.daemon.isAlive()) {
      instance.end();
      instance = null;
    }
    if (instance == null) {
      instance = new SharedDaemon();
    }
    return instance;
  }

  Daemon daemon() {
    return daemon;
  }

  /** Leaves its files where they are, for whoever looks into a failure. */
  void keepFiles() {
    isKept = true;
  }

  private void end() {
    daemon.close();
    if (!isKept) {
      Directories.delete(directory);
    }
  }
}
