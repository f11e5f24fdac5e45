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
 * One daemon for a test class, or the one that it shares with others. When a test fails the end of
 * the daemon's log is printed and its files are kept under {@code it/target/it}; otherwise they are
 * removed.
 */
public final class DaemonExtension
    implements BeforeAllCallback, AfterAllCallback, AfterTestExecutionCallback {
  private final boolean isShared;
  private final List<String> jvmArgs = new ArrayList<>(Daemon.SHORT_LIVED);
  private final Map<String, String> settings = new LinkedHashMap<>();
  private Path directory;
  private Daemon daemon;
  private boolean failed;

  /** Makes one that starts a {@link Daemon#SHORT_LIVED} daemon of the class's own. */
  public DaemonExtension() {
    this(false);
  }

  private DaemonExtension(boolean isShared) {
    this.isShared = isShared;
  }

  /**
   * Makes one for a class that leaves the daemon as it found it, but for runs under ids that no
   * other class uses. Closed runs leave its memory after 200 ms, and heartbeats come every 300 ms.
   */
  public static DaemonExtension shared() {
    return new DaemonExtension(true);
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
      daemon = SharedDaemon.get().daemon();
      return;
    }
    directory = RepositoryRoot.workDirectory(context.getRequiredTestClass().getSimpleName());
    Directories.empty(directory);
    daemon = Daemon.start(directory, jvmArgs, settings);
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
      if (failed) {
        SharedDaemon.get().keepFiles();
      }
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
