package dev.eider.server.log.segment;

import static dev.eider.server.log.segment.LogSamples.RUN;
import static dev.eider.server.log.segment.LogSamples.SMALL;
import static dev.eider.server.log.segment.LogSamples.body;
import static dev.eider.server.log.segment.LogSamples.commitEach;
import static dev.eider.server.log.segment.LogSamples.records;
import static dev.eider.server.log.segment.LogSamples.text;
import static dev.eider.server.log.segment.LogSamples.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.server.base.Invariants.InvariantBroken;
import dev.eider.server.event.RunId;
import dev.eider.server.log.EventLog;
import dev.eider.server.log.LogCorruptedException;
import dev.eider.server.log.LogReader;
import dev.eider.server.log.LogRecord;
import dev.eider.server.log.LogWriteException;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class SegmentedLogTest {
  @TempDir Path directory;

  @Test
  void shouldReadBackWhatWasCommittedOverManySegments() throws Exception {
    // given
    List<LogRecord> written = new ArrayList<>();
    try (SegmentedLog log = open()) {
      for (int n = 0; n < 200; n++) {
        RunId run = new RunId("run-" + n % 7);
        long position = log.append(run, n + 1, body(text(n)));
        if (n % 3 == 2) {
          log.commit(true);
        }
        written.add(new LogRecord(position, 0, run, n + 1, body(text(n))));
      }
      log.commit(true);

      // when
      List<LogRecord> read = records(log);

      // then
      assertThat(log.health().segmentCount()).isGreaterThan(10);
      assertSame(read, written);
    }
    try (SegmentedLog log = open()) {
      assertSame(records(log), written);
      assertThat(log.forcedPosition()).isEqualTo(log.endPosition());
    }
  }

  @Test
  void shouldGrowPositionsFromRecordToRecord() throws Exception {
    try (SegmentedLog log = open()) {
      // given
      commitEach(log, IntStream.range(0, 50).mapToObj(LogSamples::text).toArray(String[]::new));

      // when
      List<LogRecord> read = records(log);

      // then
      long end = 0;
      for (LogRecord record : read) {
        assertThat(record.position()).isGreaterThanOrEqualTo(end);
        assertThat(record.nextPosition()).isGreaterThan(record.position());
        end = record.nextPosition();
      }
      assertThat(end).isEqualTo(log.endPosition());
    }
  }

  @Test
  void shouldBeginReadingAtAnyPosition() throws Exception {
    try (SegmentedLog log = open()) {
      // given
      commitEach(log, IntStream.range(0, 30).mapToObj(LogSamples::text).toArray(String[]::new));
      List<LogRecord> all = records(log);

      for (int n = 0; n < all.size(); n++) {
        LogRecord record = all.get(n);

        // when, then
        assertSame(records(log, record.position()), all.subList(n, all.size()));
        assertSame(records(log, record.position() + 1), all.subList(n + 1, all.size()));
        assertSame(records(log, record.nextPosition()), all.subList(n + 1, all.size()));
      }
    }
  }

  @Test
  void shouldStopBeforeTheLimit() throws Exception {
    try (SegmentedLog log = open()) {
      // given
      commitEach(log, "one", "two");
      long second = records(log).get(1).position();

      try (LogReader reader = log.read(0)) {
        // when, then
        assertThat(reader.next(0)).isNull();
        assertThat(reader.next(second)).isNotNull();
        assertThat(reader.next(second)).isNull();
        assertThat(reader.next(second + 1)).isNotNull();
        assertThat(reader.next(Long.MAX_VALUE)).isNull();
      }
    }
  }

  @Test
  void shouldShowNothingBeforeCommit() throws Exception {
    try (SegmentedLog log = open()) {
      // given
      log.append(RUN, 1, body("pending"));

      // when, then
      assertThat(log.endPosition()).isZero();
      assertThat(records(log)).isEmpty();
    }
    try (SegmentedLog log = open()) {
      assertThat(records(log)).isEmpty();
    }
  }

  @Test
  void shouldKeepForcedPositionBehindUntilForced() throws Exception {
    try (SegmentedLog log = open()) {
      // given
      log.append(RUN, 1, body("one"));
      log.commit(false);
      assertThat(log.forcedPosition()).isZero();
      assertThat(log.endPosition()).isPositive();

      // when
      log.force();

      // then
      assertThat(log.forcedPosition()).isEqualTo(log.endPosition());
    }
  }

  @Test
  void shouldHideMarks() throws Exception {
    try (SegmentedLog log = open()) {
      // given
      commitEach(log, "one");
      long end = log.endPosition();

      // when
      log.settle();
      long size = log.sizeBytes();
      log.settle();

      // then
      assertThat(log.endPosition()).isEqualTo(end);
      assertThat(log.sizeBytes()).as("one mark is enough").isEqualTo(size);
      commitEach(log, "two");
      assertThat(texts(log)).containsExactly("one", "two");
    }
  }

  @Test
  void shouldLetReadersFollowFromAnotherThread() throws Exception {
    int batches = 3_000;
    long seed = System.nanoTime();
    Random random = new Random(seed);
    try (SegmentedLog log =
        SegmentedLog.open(new FileDisk(directory), new LogConfig(8 << 10, 1 << 20), 0)) {
      // given
      var followed = CompletableFuture.supplyAsync(() -> follow(log, batches));

      // when
      List<String> written = new ArrayList<>();
      for (int n = 0; n < batches; n++) {
        written.add(n + "x".repeat(random.nextInt(100)));
        log.append(RUN, n + 1, body(written.get(n)));
        log.commit(false);
      }

      // then
      assertThat(followed.get(30, TimeUnit.SECONDS)).as("seed %d", seed).isEqualTo(written);
      assertThat(log.health().segmentCount()).isGreaterThan(5);
    }
  }

  @Test
  void shouldTakeLargeRecords() throws Exception {
    // given
    byte[] large = new byte[16 << 20];
    new Random(5).nextBytes(large);
    try (SegmentedLog log = SegmentedLog.open(new FileDisk(directory), LogConfig.defaults(), 0)) {
      log.append(RUN, 1, body("before"));
      log.append(RUN, 2, large);
      log.append(RUN, 3, body("after"));

      // when
      log.commit(true);

      // then
      assertThat(records(log).get(1).body()).isEqualTo(large);
    }
    try (SegmentedLog log = SegmentedLog.open(new FileDisk(directory), LogConfig.defaults(), 0)) {
      List<LogRecord> read = records(log);
      assertThat(read).hasSize(3);
      assertThat(read.get(1).body()).isEqualTo(large);
    }
  }

  @Test
  void shouldRefuseBatchesBeyondTheBound() throws Exception {
    try (SegmentedLog log =
        SegmentedLog.open(new FileDisk(directory), new LogConfig(512, 64 << 10), 0)) {
      assertThatThrownBy(() -> log.append(RUN, 1, new byte[64 << 10]))
          .isInstanceOf(InvariantBroken.class)
          .hasMessageContaining("65536");
    }
  }

  @Test
  void shouldTrimWholeSegmentsOnly() throws Exception {
    try (SegmentedLog log = open()) {
      // given
      commitEach(log, IntStream.range(0, 40).mapToObj(LogSamples::text).toArray(String[]::new));
      List<LogRecord> all = records(log);
      int segments = log.health().segmentCount();
      long needed = all.get(20).position();

      // when
      log.trim(needed);

      // then
      assertThat(log.health().segmentCount()).isBetween(1, segments - 1);
      assertThat(LogSamples.segments(directory)).hasSize(log.health().segmentCount());
      assertSame(records(log, needed), all.subList(20, all.size()));
      assertThatThrownBy(() -> log.read(0))
          .isInstanceOf(LogCorruptedException.class)
          .hasMessageContaining("trimmed");

      log.close();
      try (SegmentedLog reopened = SegmentedLog.open(new FileDisk(directory), SMALL, needed)) {
        assertSame(records(reopened, needed), all.subList(20, all.size()));
      }
    }
  }

  @Test
  void shouldKeepTheActiveSegmentWhenEverythingIsTrimmed() throws Exception {
    long end;
    try (SegmentedLog log = open()) {
      // given
      commitEach(log, IntStream.range(0, 40).mapToObj(LogSamples::text).toArray(String[]::new));
      end = log.endPosition();

      // when
      log.trim(Long.MAX_VALUE);

      // then
      assertThat(log.health().segmentCount()).isEqualTo(1);
    }
    try (SegmentedLog log = SegmentedLog.open(new FileDisk(directory), SMALL, end)) {
      assertThat(log.endPosition()).isEqualTo(end);
      commitEach(log, "next");
      assertThat(texts(records(log, end))).containsExactly("next");
    }
  }

  @Test
  void shouldTellAReaderWhoseSegmentsWereTrimmed() throws Exception {
    try (SegmentedLog log = open()) {
      // given
      commitEach(log, IntStream.range(0, 40).mapToObj(LogSamples::text).toArray(String[]::new));
      try (LogReader reader = log.read(0)) {
        assertThat(reader.next(log.endPosition())).isNotNull();

        // when
        log.trim(log.endPosition());

        // then
        assertThatThrownBy(
                () -> {
                  while (reader.next(log.endPosition()) != null) {}
                })
            .isInstanceOf(LogCorruptedException.class)
            .hasMessageContaining("trimmed");
      }
    }
  }

  @Test
  void shouldLeakNoFileHandles() throws Exception {
    File handles = new File("/proc/self/fd");
    Assumptions.assumeTrue(handles.isDirectory());
    open().close();
    long before = handlesInDirectory(handles);

    // when
    for (int round = 0; round < 5; round++) {
      try (SegmentedLog log = open()) {
        commitEach(log, IntStream.range(0, 40).mapToObj(LogSamples::text).toArray(String[]::new));
        assertThat(records(log)).isNotEmpty();
        assertThat(handlesInDirectory(handles))
            .as("the active segment and the note")
            .isEqualTo(before + 2);
      }
    }
    Path first = directory.resolve(Segment.nameOf(0));
    byte[] content = Files.readAllBytes(first);
    content[content.length / 2] ^= 1;
    Files.write(first, content);
    assertThatThrownBy(this::open).isInstanceOf(LogCorruptedException.class);

    // then
    assertThat(handlesInDirectory(handles)).isEqualTo(before);
  }

  @Test
  void shouldRefuseBatchesOnceClosed() throws Exception {
    SegmentedLog log = open();
    log.close();
    log.close();
    log.append(RUN, 1, body("late"));
    assertThatThrownBy(() -> log.commit(true)).isInstanceOf(LogWriteException.class);
  }

  private SegmentedLog open() throws Exception {
    return SegmentedLog.open(new FileDisk(directory), SMALL, 0);
  }

  private static List<String> follow(EventLog log, int records) {
    List<LogRecord> read = new ArrayList<>();
    try (LogReader reader = log.read(0)) {
      while (read.size() < records) {
        LogRecord record = reader.next(log.endPosition());
        if (record != null) {
          read.add(record);
        } else {
          Thread.onSpinWait();
        }
      }
    }
    return texts(read);
  }

  private long handlesInDirectory(File handles) throws Exception {
    long count = 0;
    for (File handle : handles.listFiles()) {
      try {
        Path target = Files.readSymbolicLink(handle.toPath());
        count += target.startsWith(directory.toRealPath()) ? 1 : 0;
      } catch (NoSuchFileException closedMeanwhile) {
        continue;
      }
    }
    return count;
  }

  private static void assertSame(List<LogRecord> actual, List<LogRecord> expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int n = 0; n < actual.size(); n++) {
      assertThat(actual.get(n).position()).isEqualTo(expected.get(n).position());
      assertThat(actual.get(n).runId()).isEqualTo(expected.get(n).runId());
      assertThat(actual.get(n).firstSeq()).isEqualTo(expected.get(n).firstSeq());
      assertThat(actual.get(n).body()).isEqualTo(expected.get(n).body());
    }
  }
}
