package dev.eider.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Adds up files. */
public final class DiskUse {
  private DiskUse() {}

  /** The length of all files in a directory, to any depth, in bytes. */
  public static long bytes(Path directory) throws IOException {
    List<Path> files;
    try (Stream<Path> found = Files.walk(directory)) {
      files = found.filter(Files::isRegularFile).toList();
    }
    long bytes = 0;
    for (Path file : files) {
      try {
        bytes += Files.size(file);
      } catch (NoSuchFileException goneMeanwhile) {
        continue;
      }
    }
    return bytes;
  }
}
