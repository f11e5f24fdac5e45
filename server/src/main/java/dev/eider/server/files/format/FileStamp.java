package dev.eider.server.files.format;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The identity and state of a file: differs for another file of the same name, and for the same
 * file after a change. Taken without opening it. Immutable.
 *
 * @param file the identity of the file, whatever its names
 * @param bytes its length
 * @param modified the time of its last change
 * @param log length and time of DuckDB's log beside it; empty without one
 */
public record FileStamp(Object file, long bytes, FileTime modified, List<Object> log) {
  /** Returns the stamp of a file. */
  public static FileStamp of(Path path) throws IOException {
    BasicFileAttributes file = Files.readAttributes(path, BasicFileAttributes.class);
    @Nullable Object key = file.fileKey();
    return new FileStamp(
        key == null ? path.toRealPath() : key, file.size(), file.lastModifiedTime(), log(path));
  }

  private static List<Object> log(Path path) throws IOException {
    try {
      BasicFileAttributes log =
          Files.readAttributes(
              path.resolveSibling(path.getFileName() + ".wal"), BasicFileAttributes.class);
      return List.of(log.size(), log.lastModifiedTime());
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  long modifiedUs() {
    return modified.to(TimeUnit.MICROSECONDS);
  }
}
