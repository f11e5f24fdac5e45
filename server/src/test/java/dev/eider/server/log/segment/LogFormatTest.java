package dev.eider.server.log.segment;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.primitives.Bytes;
import dev.eider.server.event.RunId;
import dev.eider.server.log.LogRecord;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The format of the files, byte by byte: what is written today must be readable for good. */
@Timeout(20)
final class LogFormatTest {
  private static final String HEADER =
      "45494445524c4f47 00000001 %08x 0000000000000000 0000000000000000";
  private static final String RECORD =
      "0000002a %08x 0000000000000020 0000000000000007 01 05 0000 72756e2d31 68656c6c6f20776f72"
          + " 000000000000";
  private static final String MARK =
      "0000001c %08x 0000000000000050 0000000000000000 02 00 0000 00000000";

  @TempDir Path directory;

  @Test
  void shouldWriteTheSpecifiedBytes() throws Exception {
    // given
    byte[] expected = specified();

    // when
    try (SegmentedLog log = SegmentedLog.open(new FileDisk(directory), LogConfig.defaults(), 0)) {
      log.append(new RunId("run-1"), 7, LogSamples.body("hello wor"));
      log.commit(true);
    }

    // then
    byte[] file = Files.readAllBytes(directory.resolve("00000000000000000000.log"));
    assertThat(LogSamples.withoutRoom(file)).isEqualTo(expected);
    assertThat(file).hasSize(80 + (256 << 10)); // room was made behind the record
  }

  @Test
  void shouldReadTheSpecifiedBytes() throws Exception {
    // given
    Files.write(directory.resolve("00000000000000000000.log"), specified());

    // when
    try (SegmentedLog log = SegmentedLog.open(new FileDisk(directory), LogConfig.defaults(), 0)) {
      LogRecord record = LogSamples.records(log).get(0);

      // then
      assertThat(record.position()).isEqualTo(32);
      assertThat(record.nextPosition()).isEqualTo(80);
      assertThat(record.runId()).isEqualTo(new RunId("run-1"));
      assertThat(record.firstSeq()).isEqualTo(7);
      assertThat(record.body()).isEqualTo(LogSamples.body("hello wor"));
    }
  }

  private static byte[] specified() {
    ByteBuffer header = bytes(HEADER);
    header.putInt(12, LogSamples.crc(header.slice(0, 12), header.slice(16, 16)));
    return Bytes.concat(header.array(), frame(RECORD, 32), frame(MARK, 80));
  }

  private static byte[] frame(String hex, long position) {
    ByteBuffer frame = bytes(hex);
    ByteBuffer place = ByteBuffer.allocate(8).putLong(position).flip();
    frame.putInt(4, LogSamples.crc(place, frame.slice(0, 4), frame.slice(8, frame.limit() - 8)));
    return frame.array();
  }

  private static ByteBuffer bytes(String hex) {
    return ByteBuffer.wrap(HexFormat.of().parseHex(String.format(hex, 0).replace(" ", "")));
  }
}
