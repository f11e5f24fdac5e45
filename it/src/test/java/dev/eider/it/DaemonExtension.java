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
 * One daemon for a test class. When a test fails the end of the daemon's log is printed and its
 * files are kept under {@code it/target/it}; otherwise they are removed.
 */
public final class DaemonExtension
    implements BeforeAllCallback, AfterAllCallback, AfterTestExecutionCallback {
  private final List<String> jvmArgs = new ArrayList<>(List.of("-Xmx1g"));
  private final Map<String, String> settings = new LinkedHashMap<>();
  private Path directory;
  private Daemon daemon;
  private boolean failed;

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
    if (daemon != null) {
      daemon.close();
    }
    if (!failed) {
      Directories.delete(directory);
    }
  }
}
