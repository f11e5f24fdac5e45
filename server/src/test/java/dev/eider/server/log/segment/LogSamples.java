package dev.eider.server.log.segment;

import dev.eider.server.event.RunId;
import dev.eider.server.log.EventLog;
import dev.eider.server.log.LogReader;
import dev.eider.server.log.LogRecord;
import dev.eider.server.log.LogWriteException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/** Small logs and what is in them. */
public final class LogSamples {
  /** Rolls after a few records. */
  static final LogConfig SMALL = new LogConfig(512, 1 << 20);

  public static final RunId RUN = new RunId("arena-7");

  private LogSamples() {}

  public static byte[] body(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Bodies of different lengths, so that frames get every padding. */
  public static String text(int n) {
    return n + "-" + "abcdefghijklmnopqrstuvwxyz".repeat(3).substring(n % 60);
  }

  /** Commits each text as a batch of its own. */
  public static void commitEach(EventLog log, String... texts) throws LogWriteException {
    for (String text : texts) {
      log.append(RUN, 1, body(text));
      log.commit(true);
    }
  }

  static List<LogRecord> records(EventLog log) {
    return records(log, 0);
  }

  public static List<LogRecord> records(EventLog log, long position) {
    try (LogReader reader = log.read(position)) {
      return Stream.generate(() -> reader.next(log.endPosition()))
          .takeWhile(Objects::nonNull)
          .toList();
    }
  }

  static List<String> texts(EventLog log) {
    return texts(records(log));
  }

  public static List<String> texts(List<LogRecord> records) {
    return records.stream()
        .map(record -> new String(record.body(), StandardCharsets.UTF_8))
        .toList();
  }

  /** So many seeds, or the one that is asked for. */
  static LongStream seeds(int count) {
    Long seed = Long.getLong("eider.log.seed");
    return seed != null ? LongStream.of(seed) : LongStream.range(0, count);
  }

  /** The directory's files. */
  static Map<String, byte[]> files(Path directory) {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> paths = Files.list(directory)) {
      for (Path path : paths.toList()) {
        files.put(path.getFileName().toString(), Files.readAllBytes(path));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return files;
  }

  /** The directory's segments, without the note beside them. */
  static Map<String, byte[]> segments(Path directory) {
    Map<String, byte[]> files = files(directory);
    files.remove(ForcedNote.NAME);
    return files;
  }

  /** A segment without the room behind its frames, the last of which must not end in zeros. */
  static byte[] withoutRoom(byte[] segment) {
    int end = segment.length;
    while (end > 0 && segment[end - 1] == 0) {
      end--;
    }
    return Arrays.copyOf(segment, (end + 7) & -8);
  }

  /** The checksum of parts that follow one another. */
  static int crc(ByteBuffer... parts) {
    CRC32C crc = new CRC32C();
    for (ByteBuffer part : parts) {
      crc.update(part);
    }
    return (int) crc.getValue();
  }

  /** Makes the directory hold exactly these files. */
  static void restore(Path directory, Map<String, byte[]> files) throws IOException {
    for (String name : files(directory).keySet()) {
      Files.delete(directory.resolve(name));
    }
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Files.write(directory.resolve(file.getKey()), file.getValue());
    }
  }
}
