package dev.eider.it.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.stream.Stream;

/** Takes the end of a dead daemon's log away, as power does with what was not forced. */
final class LogEnd {
  private static final int HEADER_BYTES = 32;
  private static final int KIND_AT = 24;
  private static final byte RECORD = 1;

  private LogEnd() {}

  /**
   * Cuts the newest file of the log off before its last record, and removes the note that would say
   * so.
   */
  static void cutLastRecord(Path dataDirectory) {
    Path file = newest(dataDirectory.resolve("log"));
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
      int lastRecord = -1;
      int at = HEADER_BYTES;
      while (at + Integer.BYTES <= bytes.limit() && bytes.getInt(at) > 0) {
        lastRecord = bytes.get(at + KIND_AT) == RECORD ? at : lastRecord;
        at += (bytes.getInt(at) + 7) / 8 * 8;
      }
      if (lastRecord < 0) {
        throw new AssertionError(file + " has no record");
      }
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.truncate(lastRecord);
      }
      Files.deleteIfExists(file.resolveSibling("forced"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path newest(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(file -> file.toString().endsWith(".log"))
          .max(Comparator.naturalOrder())
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
