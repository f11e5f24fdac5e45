package dev.eider.server.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The directory with everything a daemon keeps: {@code LOCK}, {@code log/}, {@code events.duckdb},
 * {@code tmp/}, {@code import/} and {@code runs/}.
 *
 * <p>One daemon at a time holds it. The lock is on a file of its own, since DuckDB's own lock is
 * lost as soon as the same process opens and closes the database file by other means. Owned by the
 * thread that starts and stops the daemon.
 */
public final class DataDir implements AutoCloseable {
  private final Path path;
  private final FileChannel lockFile;

  private DataDir(Path path, FileChannel lockFile) {
    this.path = path;
    this.lockFile = lockFile;
  }

  /** Makes and takes the directory; throws StartupException if it cannot be used or is in use. */
  public static DataDir take(Path path) {
    try {
      requireDirectory(path);
      requireDirectory(path.resolve("log"));
      requireDirectory(path.resolve("tmp"));
      Files.createDirectories(path.resolve("log"));
      Files.createDirectories(path.resolve("tmp"));
      FileChannel lockFile =
          FileChannel.open(
              path.resolve("LOCK"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (tryLock(lockFile) == null) {
        lockFile.close();
        throw new StartupException(
            "the data directory "
                + path
                + " is in use by another Eider; stop that one or choose another --data-dir");
      }
      return new DataDir(path, lockFile);
    } catch (IOException e) {
      throw new StartupException(
          "the data directory %s cannot be used: %s, or choose another --data-dir"
              .formatted(path, StartupException.describe(e)),
          e);
    }
  }

  /** Returns whether DuckDB's file is there. */
  public boolean hasDatabase() {
    return Files.exists(database());
  }

  public Path log() {
    return path.resolve("log");
  }

  Path database() {
    return path.resolve("events.duckdb");
  }

  /** Files whose events DuckDB has still to take; made when it is needed. */
  public Path staging() {
    return path.resolve("import");
  }

  /** A file for each closed run that was opened with the label file; made when it is needed. */
  public Path runFiles() {
    return path.resolve("runs");
  }

  public Path temp() {
    return path.resolve("tmp");
  }

  /** Lets another daemon take the directory. */
  @Override
  public void close() {
    try {
      lockFile.close();
    } catch (IOException e) {
      throw new UncheckedIOException("LOCK could not be closed", e);
    }
  }

  private static void requireDirectory(Path path) throws IOException {
    if (Files.exists(path) && !Files.isDirectory(path)) {
      throw new FileAlreadyExistsException(path.toString());
    }
  }

  private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
    try {
      return file.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }
}
