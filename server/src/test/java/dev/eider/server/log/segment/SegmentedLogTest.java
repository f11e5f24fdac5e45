package dev.eider.server.log.segment;

import static dev.eider.server.log.segment.LogSamples.RUN;
import static dev.eider.server.log.segment.LogSamples.SMALL;
import static dev.eider.server.log.segment.LogSamples.commitEach;
import static dev.eider.server.log.segment.LogSamples.records;
import static dev.eider.server.log.segment.LogSamples.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.server.base.Invariants.InvariantBroken;
import dev.eider.server.log.LogCorruptedException;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class SegmentedLogTest {
  @TempDir Path directory;

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
      int segments = log.health().segmentCount();
      long needed = records(log).get(20).position();

      // when
      log.trim(needed);

      // then
      assertThat(log.health().segmentCount()).isBetween(1, segments - 1);
      assertThat(LogSamples.segments(directory)).hasSize(log.health().segmentCount());
      List<String> left = texts(records(log, needed));
      log.close();
      try (SegmentedLog reopened = SegmentedLog.open(new FileDisk(directory), SMALL, needed)) {
        assertThat(texts(records(reopened, needed))).isEqualTo(left);
        reopened.trim(Long.MAX_VALUE);
        assertThat(reopened.health().segmentCount()).isEqualTo(1);
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

  private SegmentedLog open() throws Exception {
    return SegmentedLog.open(new FileDisk(directory), SMALL, 0);
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
}
