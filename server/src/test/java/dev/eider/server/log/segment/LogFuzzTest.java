package dev.eider.server.log.segment;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.eider.server.event.EncodedEvent;
import dev.eider.server.event.RunId;
import dev.eider.server.log.LogCorruptedException;
import dev.eider.server.log.LogFormatException;
import dev.eider.server.log.LogRecord;
import dev.eider.server.run.RunRecordCodec;
import dev.eider.server.run.StepRecord;
import dev.eider.server.run.StepRecord.Published;
import dev.eider.v1.Event;
import dev.eider.v1.MetricPayload;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Logs whose bytes lie, also under checksums that are right: opening and reading ends, with records
 * or with the documented exceptions, and takes no more memory than the files explain. {@code
 * -Deider.log.seed=N} runs one seed; {@code -Deider.log.fuzz=N} sets how many.
 */
@Timeout(120)
final class LogFuzzTest {
  private static final long ALLOCATED_BYTES_MAX = 64L << 20;

  @TempDir Path directory;

  static LongStream seeds() {
    return LogSamples.seeds(Integer.getInteger("eider.log.fuzz", 150));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void shouldReadOrRefuse(long seed) throws Exception {
    // given
    Random random = new Random(seed);
    write(random);
    List<Path> files = files();
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      Path file = files.get(random.nextInt(files.size()));
      byte[] bytes = Files.readAllBytes(file);
      Files.write(file, damaged(bytes, base(file), random));
    }
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();

    // when
    try (SegmentedLog log =
        SegmentedLog.open(new FileDisk(directory), LogSamples.SMALL, random.nextInt(3) * 40L)) {
      LogSamples.records(log, random.nextInt(200)).forEach(LogFuzzTest::decode);
    } catch (LogCorruptedException | LogFormatException documented) {
      assertThat(documented.getMessage()).isNotBlank();
    }

    // then
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(ALLOCATED_BYTES_MAX);
  }

  private static void decode(LogRecord record) {
    try {
      RunRecordCodec.decode(record.body());
    } catch (IllegalArgumentException documented) {
      assertThat(documented.getMessage()).isNotBlank();
    }
  }

  private void write(Random random) throws Exception {
    try (SegmentedLog log = SegmentedLog.open(new FileDisk(directory), LogSamples.SMALL, 0)) {
      for (int i = 3 + random.nextInt(20); i > 0; i--) {
        log.append(new RunId("r" + i), i, body(i));
        log.commit(random.nextBoolean());
      }
    }
  }

  private static byte[] body(int n) {
    Event event =
        Event.newBuilder().setMetric(MetricPayload.newBuilder().setName("m").setValue(n)).build();
    Published published = new Published(n, null, List.of(EncodedEvent.of(event)));
    return RunRecordCodec.encode(new StepRecord(new RunId("r" + n), 1, null, published, null));
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.sorted().toList();
    }
  }

  private static long base(Path file) {
    if (!file.toString().endsWith(Segment.SUFFIX)) {
      return 0; // the note beside the segments has no frames, so any base will do
    }
    return Long.parseLong(file.getFileName().toString().replace(".log", ""));
  }

  private static byte[] damaged(byte[] bytes, long base, Random random) {
    if (bytes.length < 64) {
      return bytes;
    }
    byte[] damaged = bytes.clone();
    int at = random.nextInt(damaged.length);
    switch (random.nextInt(6)) {
      case 0 -> damaged[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> damaged = Arrays.copyOf(damaged, at);
      case 2 -> damaged = Arrays.copyOf(damaged, damaged.length + random.nextInt(600));
      case 3 -> random.nextBytes(damaged);
      default -> lie(damaged, base, random);
    }
    return damaged;
  }

  /** Changes a frame or the header, and makes its checksum right again. */
  private static void lie(byte[] bytes, long base, Random random) {
    ByteBuffer file = ByteBuffer.wrap(bytes);
    int at = SegmentHeader.BYTES;
    for (int i = random.nextInt(6); i > 0 && at >= 0 && at < bytes.length - 64; i--) {
      at += (Math.max(28, file.getInt(at)) + 7) & -8;
    }
    if (random.nextInt(6) == 0 || at < 0 || at > bytes.length - 32) {
      file.putLong(16 + 8 * random.nextInt(2), random.nextLong());
      file.putInt(12, LogSamples.crc(file.slice(0, 12), file.slice(16, 16)));
      return;
    }
    int length = file.getInt(at);
    int place = at + 8 + random.nextInt(Math.max(1, Math.min(length, bytes.length - at) - 8));
    switch (random.nextInt(5)) {
      case 0 -> file.putInt(at, hostile(random));
      case 1 -> file.putLong(at + 8, random.nextBoolean() ? random.nextLong() : base + at);
      case 2 -> file.putLong(at + 16, random.nextLong());
      case 3 -> bytes[at + 25] = (byte) random.nextInt(256);
      default -> bytes[Math.min(place, bytes.length - 1)] = (byte) random.nextInt(256);
    }
    long frame = (Math.max(28L, file.getInt(at)) + 7) & -8;
    if (at + frame <= bytes.length) {
      ByteBuffer position = ByteBuffer.allocate(8).putLong(base + at).flip();
      ByteBuffer body = file.slice(at + 8, (int) frame - 8);
      file.putInt(at + 4, LogSamples.crc(position, file.slice(at, 4), body));
    }
  }

  private static int hostile(Random random) {
    return switch (random.nextInt(5)) {
      case 0 -> Integer.MAX_VALUE;
      case 1 -> Integer.MIN_VALUE;
      case 2 -> random.nextInt();
      case 3 -> 0;
      default -> 28 + random.nextInt(200);
    };
  }
}
