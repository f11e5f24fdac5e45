package dev.eider.it;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * One daemon for a test class, {@link Daemon#SHORT_LIVED} unless told otherwise, or the one that it
 * shares with others. When a test fails the end of the daemon's log is printed and its files are
 * kept under {@code it/target/it}; otherwise they are removed.
 */
public final class DaemonExtension
    implements BeforeAllCallback, AfterAllCallback, AfterTestExecutionCallback {
  /** The shared one, and whether its files are kept for whoever looks into a failure. */
  private static Daemon shared;

  private static volatile boolean isKept;

  private boolean isShared;
  private final List<String> jvmArgs = new ArrayList<>(Daemon.SHORT_LIVED);
  private final Map<String, String> settings = new LinkedHashMap<>();
  private Path directory;
  private Daemon daemon;
  private boolean failed;

  /**
   * Makes one for a class that leaves the daemon as it found it, but for runs under ids that no
   * other class uses. Closed runs leave its memory after 200 ms, and heartbeats come every 300 ms.
   */
  public static DaemonExtension shared() {
    DaemonExtension extension = new DaemonExtension();
    extension.isShared = true;
    return extension;
  }

  /**
   * Gives the daemon the compiler that the launcher gives it, for a class that looks at memory or
   * moves much.
   */
  public DaemonExtension likeLauncher() {
    jvmArgs.removeAll(Daemon.SHORT_LIVED);
    return jvm("-Xmx1g");
  }

  /** Adds an argument for the daemon's virtual machine, which has a heap of 1 GiB otherwise. */
  public DaemonExtension jvm(String argument) {
    jvmArgs.add(argument);
    return this;
  }

  /** Adds a {@code --set}. */
  public DaemonExtension set(String key, Object value) {
    settings.put(key, String.valueOf(value));
    return this;
  }

  public Daemon daemon() {
    return daemon;
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    if (isShared) {
      daemon = sharedDaemon();
      return;
    }
    directory = RepositoryRoot.workDirectory(context.getRequiredTestClass().getSimpleName());
    Directories.empty(directory);
    daemon = Daemon.start(directory, jvmArgs, settings);
  }

  /**
   * Starts it when the first asks, or a class has ended the one before; it ends with the process.
   */
  private static synchronized Daemon sharedDaemon() {
    if (shared == null || !shared.isAlive()) {
      Path directory = RepositoryRoot.workDirectory("shared-" + ProcessHandle.current().pid());
      Directories.empty(directory);
      Daemon started =
          Daemon.start(
              directory, Daemon.SHORT_LIVED, Map.of("grace-ms", "200", "heartbeat-ms", "300"));
      shared = started;
      Runtime.getRuntime().addShutdownHook(new Thread(() -> end(started, directory)));
    }
    return shared;
  }

  private static void end(Daemon daemon, Path directory) {
    daemon.close();
    if (!isKept) {
      Directories.delete(directory);
    }
  }

  @Override
  public void afterTestExecution(ExtensionContext context) {
    if (context.getExecutionException().isPresent()) {
      failed = true;
      System.err.println(context.getDisplayName() + " failed" + daemon.logEnd());
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    if (isShared) {
      isKept = isKept || failed;
      return;
    }
    if (daemon != null) {
      daemon.close();
    }
    if (!failed) {
      Directories.delete(directory);
    }
  }
}
