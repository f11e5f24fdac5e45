package dev.eider.server.store.connection;

import dev.eider.server.store.StoreException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of a rewrite: the copy is made in the directory {@code rewrite} beside the database and
 * takes its name by a rename. Immutable; for files that DuckDB has closed.
 */
public final class RewriteFiles {
  private static final Logger LOG = LoggerFactory.getLogger(RewriteFiles.class);
  private static final String WAL = ".wal";

  private final Path database;
  private final Path directory;

  RewriteFiles(Path database) {
    this.database = database.toAbsolutePath();
    directory = this.database.resolveSibling("rewrite");
  }

  /** Returns where the copy is made. */
  public Path copy() {
    return directory.resolve(database.getFileName());
  }

  /** Returns the directory, escaped for quotes in a setting of DuckDB. */
  String directoryText() {
    return (directory + "/").replace("'", "''");
  }

  /** Creates the directory, and deletes what an earlier rewrite left in it. */
  public void deleteLeftovers() throws StoreException {
    try {
      Files.createDirectories(directory);
      List<Path> leftovers;
      try (Stream<Path> files = Files.list(directory)) {
        leftovers = files.filter(Files::isRegularFile).toList();
      }
      for (Path leftover : leftovers) {
        Files.delete(leftover);
        LOG.info("deleted {}, which an unfinished rewrite left", leftover);
      }
    } catch (IOException e) {
      throw new StoreException("cannot tidy up " + directory, e);
    }
  }

  /**
   * Puts the copy in the place of the database. A crash leaves the one or the other under the name,
   * each whole, and neither has a write-ahead log that could meet the other.
   *
   * @throws StoreException if either has a write-ahead log, or the disk refuses; nothing is changed
   */
  public void swap() throws StoreException {
    requireNoWal(database);
    requireNoWal(copy());
    try {
      force(copy());
      force(directory);
      Files.move(
          copy(), database, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      force(directory);
      Path parent = database.getParent();
      if (parent != null) {
        force(parent);
      }
    } catch (IOException e) {
      throw new StoreException("cannot put " + copy() + " in the place of " + database, e);
    }
  }

  /**
   * Requires that a file has no write-ahead log; deletes an empty one, which is as good as none.
   */
  private static void requireNoWal(Path file) throws StoreException {
    Path wal = file.resolveSibling(file.getFileName() + WAL);
    try {
      if (Files.exists(wal) && Files.size(wal) == 0) {
        Files.delete(wal);
      }
    } catch (IOException e) {
      throw new StoreException("cannot look at " + wal, e);
    }
    if (Files.exists(wal)) {
      throw new StoreException(wal + " is still there");
    }
  }

  private static void force(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
