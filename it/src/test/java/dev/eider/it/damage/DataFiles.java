package dev.eider.it.damage;

import dev.eider.it.Directories;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** The files of a data directory: copied, looked at, and damaged. Owned by the test thread. */
record DataFiles(Path directory) {

  /** Copies every file and directory to another place, which is emptied first. */
  DataFiles copyTo(Path target) {
    Directories.empty(target);
    try (Stream<Path> found = Files.walk(directory)) {
      for (Path path : found.toList()) {
        Path copy = target.resolve(directory.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(copy);
        } else {
          Files.copy(path, copy);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new DataFiles(target);
  }

  /** Each file's content, by its name from here. */
  Map<String, byte[]> contents() {
    Map<String, byte[]> contents = new TreeMap<>();
    for (Path path : Directories.filesBelow(directory)) {
      contents.put(directory.relativize(path).toString(), contentOf(path));
    }
    return contents;
  }

  /** Fails unless the files are, to the byte, what they were; {@code LOCK} may have been added. */
  void shouldBe(Map<String, byte[]> before) {
    Map<String, byte[]> now = contents();
    before.forEach(
        (name, bytes) -> {
          if (!Arrays.equals(bytes, now.get(name))) {
            throw new AssertionError(name + (now.containsKey(name) ? " was changed" : " is gone"));
          }
        });
    now.keySet().removeAll(before.keySet());
    now.remove("LOCK");
    if (!now.isEmpty()) {
      throw new AssertionError("were added: " + now.keySet());
    }
  }

  /** The log's segments, oldest first. */
  List<Path> segments() {
    return Directories.filesBelow(directory.resolve("log")).stream()
        .filter(path -> path.toString().endsWith(".log"))
        .sorted()
        .toList();
  }

  /** Where the frames of a segment end and the zeros begin that are room for more. */
  static int framesEnd(Path segment) {
    byte[] content = contentOf(segment);
    int end = content.length;
    while (end > 0 && content[end - 1] == 0) {
      end--;
    }
    return (end + 7) & -8;
  }

  static byte[] contentOf(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path database() {
    return directory.resolve("events.duckdb");
  }

  Path databaseLog() {
    return directory.resolve("events.duckdb.wal");
  }

  static void change(Path file, UnaryOperator<byte[]> change) {
    try {
      Files.write(file, change.apply(contentOf(file)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static UnaryOperator<byte[]> flip(int offset, int bit) {
    return bytes -> {
      bytes[offset] ^= (byte) (1 << bit);
      return bytes;
    };
  }

  static UnaryOperator<byte[]> cut(int length) {
    return bytes -> Arrays.copyOf(bytes, length);
  }

  static UnaryOperator<byte[]> zero(int from, int count) {
    return bytes -> {
      Arrays.fill(bytes, from, Math.min(bytes.length, from + count), (byte) 0);
      return bytes;
    };
  }

  static void delete(Path file) {
    Directories.delete(file);
  }

  static void write(Path file, String text) {
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
