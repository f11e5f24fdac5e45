package dev.eider.it.history;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.eider.it.Directories;
import dev.eider.it.Need;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * A small file system in memory, mounted on a directory until closed; a shutdown hook unmounts what
 * an interrupted test leaves. Owned by the test thread.
 */
final class MemoryDisk implements AutoCloseable {
  private static final int[] FILL_STEPS = {1 << 20, 4 << 10, 1};

  private final Path mountPoint;
  private final Thread hook = new Thread(this::unmount);

  /** Mounts it, or skips the test where nobody may mount. */
  MemoryDisk(Path mountPoint, int mebibytes) {
    Need.that(run("mount", "--version") && isRoot(), "filling a disk takes root, and mount");
    this.mountPoint = mountPoint;
    unmount(); // what a killed test left
    Directories.empty(mountPoint);
    Runtime.getRuntime().addShutdownHook(hook);
    if (!run("mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "tmpfs", mountPoint + "")) {
      Need.that(false, "filling a disk takes a tmpfs, which cannot be mounted here");
    }
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  /** Takes all the space there is. */
  void fill() {
    for (int step : FILL_STEPS) {
      try (OutputStream out =
          Files.newOutputStream(filler(), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
        while (true) {
          out.write(new byte[step]);
        }
      } catch (IOException full) {
        // A smaller step may still fit.
      }
    }
  }

  /** Gives it back. */
  void free() {
    try {
      Files.deleteIfExists(filler());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path filler() {
    return mountPoint.resolve("filler");
  }

  private void unmount() {
    run("umount", "-q", "-l", mountPoint.toString());
  }

  private static boolean run(String... command) {
    try {
      Process process =
          new ProcessBuilder(List.of(command))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(30, SECONDS) && process.exitValue() == 0;
    } catch (IOException noSuchCommand) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void close() {
    unmount();
    Runtime.getRuntime().removeShutdownHook(hook);
  }
}
