package dev.eider.server.files.library;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * The files of one directory, not of those in it, that may hold runs: all but hidden ones and
 * DuckDB's logs. Immutable.
 *
 * @param paths the first ones by name
 * @param more how many come after them
 */
record DirectoryFiles(NavigableSet<Path> paths, long more) {
  /** Lists up to {@code filesMax} files. */
  static DirectoryFiles list(Path directory, int filesMax) throws IOException {
    NavigableSet<Path> first = new TreeSet<>();
    long count = 0;
    try (DirectoryStream<Path> found =
        Files.newDirectoryStream(directory, DirectoryFiles::mayHoldRuns)) {
      for (Path path : found) {
        count++;
        first.add(path);
        if (first.size() > filesMax) {
          first.pollLast();
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return new DirectoryFiles(first, count - first.size());
  }

  private static boolean mayHoldRuns(Path path) {
    String name = path.getFileName().toString();
    return !name.startsWith(".") && !name.endsWith(".wal") && Files.isRegularFile(path);
  }
}
