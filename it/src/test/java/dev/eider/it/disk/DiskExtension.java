package dev.eider.it.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.it.Daemon;
import dev.eider.it.Directories;
import dev.eider.it.RepositoryRoot;
import dev.eider.it.Seed;
import dev.eider.it.testkit.grpc.Play;
import dev.eider.it.testkit.workload.Habits;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Small disks and a daemon on them for one test. Afterwards the daemon is dead and everything
 * unmounted, newest first; when the test failed, the end of the daemon's log is printed and its
 * files are kept under {@code it/target/it}, but for those on the small disks. Owned by the test
 * thread.
 */
final class DiskExtension implements BeforeEachCallback, AfterEachCallback {
  private static final int WARNINGS_MAX = 60;
  private static final int LINES_MAX = 600;

  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private Path directory;
  private Daemon daemon;

  @Override
  public void beforeEach(ExtensionContext context) {
    String test = context.getRequiredTestClass().getSimpleName();
    String method = context.getRequiredTestMethod().getName();
    directory = RepositoryRoot.workDirectory(test).resolve(method);
    makeDirectories(directory);
  }

  /** The whole data directory on a disk in memory. */
  SmallDisk dataInMemory(int mebibytes) {
    return closing(SmallDisk.tmpfs(data(), mebibytes));
  }

  /** The whole data directory on a disk in memory with room for so many files. */
  SmallDisk dataInMemory(int mebibytes, int inodes) {
    return closing(SmallDisk.tmpfs(data(), mebibytes, inodes));
  }

  /** The whole data directory on an ext4 of its own. */
  SmallDisk dataOnExt4(int mebibytes) {
    return closing(SmallDisk.ext4(directory.resolve("data.image"), data(), mebibytes));
  }

  /** A directory of the data directory on a disk of its own, in memory. */
  SmallDisk inMemory(String part, int mebibytes) {
    return closing(SmallDisk.tmpfs(data().resolve(part), mebibytes));
  }

  /** A disk in memory outside of the data directory. */
  SmallDisk elsewhere(int mebibytes) {
    return closing(SmallDisk.tmpfs(directory.resolve("elsewhere"), mebibytes));
  }

  /** A directory of the data directory on an ext4 whose image is on another disk. */
  SmallDisk onExt4(String part, int mebibytes, SmallDisk below) {
    Path image = below.path().resolve("image");
    return closing(SmallDisk.ext4(image, data().resolve(part), mebibytes));
  }

  /** Starts the daemon; its disks must be there. */
  Daemon start(Map<String, String> settings) {
    daemon = Daemon.start(directory, Daemon.SHORT_LIVED, settings);
    open.push(daemon);
    return daemon;
  }

  /** Begins to publish events with texts of about that length to two runs, and to read them. */
  Play play(String name, int textChars) {
    Random random = Seed.random(DiskExtension.class);
    return new Play(daemon, name, Habits.publishing(2, 4 * textChars, 10), random);
  }

  Path data() {
    return directory.resolve("data");
  }

  /** How large the log's files are. */
  long logBytes() {
    File[] files = data().resolve("log").toFile().listFiles();
    return files == null ? 0 : Arrays.stream(files).mapToLong(File::length).sum();
  }

  /** A state that lasts is told when it begins and ends, and now and then, not at every request. */
  void shouldNotBeFlooded() {
    assertThat(daemon.logFile())
        .content()
        .satisfies(
            text -> assertThat(text.lines().count()).as("lines").isLessThan(LINES_MAX),
            text ->
                assertThat(text.lines().filter(line -> line.matches(".* (WARN|ERROR) .*")).count())
                    .as("warnings")
                    .isLessThan(WARNINGS_MAX));
  }

  private SmallDisk closing(SmallDisk disk) {
    open.push(disk);
    return disk;
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    boolean failed = context.getExecutionException().isPresent();
    if (failed && daemon != null) {
      System.err.println(context.getDisplayName() + " failed" + daemon.logEnd());
    }
    while (!open.isEmpty()) {
      open.pop().close();
    }
    if (!failed) {
      Directories.delete(directory);
    }
  }

  /** Not emptied: what an earlier process left may still be mounted in it. */
  private static void makeDirectories(Path directory) {
    try {
      Files.createDirectories(directory);
      Files.deleteIfExists(directory.resolve("daemon.log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
