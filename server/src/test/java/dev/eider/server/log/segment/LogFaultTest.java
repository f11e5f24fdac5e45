package dev.eider.server.log.segment;

import static dev.eider.server.log.segment.LogSamples.RUN;
import static dev.eider.server.log.segment.LogSamples.SMALL;
import static dev.eider.server.log.segment.LogSamples.body;
import static dev.eider.server.log.segment.LogSamples.commitEach;
import static dev.eider.server.log.segment.LogSamples.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.eider.server.log.EventLog;
import dev.eider.server.log.LogWriteException;
import dev.eider.server.log.LogWriteException.Kind;
import dev.eider.server.log.segment.FaultyDisk.Call;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** One failing call at a time, and what it does to the batch, the log and the next start. */
@Timeout(60)
final class LogFaultTest {
  private final FaultyDisk disk = new FaultyDisk(new Random(1));

  /** A file that could not be written to or forced may not grow: the next batch is in another. */
  @ParameterizedTest
  @CsvSource({"FULL, 1", "WRITE, 2", "FORCE, 2"})
  void shouldUndoABatchThatFailsAndTakeTheNext(String fault, int segments) throws Exception {
    // given
    SegmentedLog log = open(disk);
    commitEach(log, "one");
    if (fault.equals("FULL")) {
      disk.limitFreeBytes(50);
    } else {
      disk.failIn(1, Call.valueOf(fault));
    }

    // when
    Kind kind = failureOf(log, "x".repeat(1_000));

    // then
    assertThat(kind).isEqualTo(fault.equals("FULL") ? Kind.FULL : Kind.FAILED);
    assertThat(texts(open(disk.afterCrash()))).containsExactly("one");
    disk.heal();
    commitEach(log, "two");
    assertThat(log.health().segmentCount()).isEqualTo(segments);
    assertThat(texts(log)).containsExactly("one", "two");
    for (int crash = 0; crash < 20; crash++) {
      assertThat(texts(open(disk.afterCrash()))).containsExactly("one", "two");
    }
  }

  @Test
  void shouldTakeSmallerBatchesWhileLargeOnesDoNotFit() throws Exception {
    SegmentedLog log = open(disk);
    disk.limitFreeBytes(60);
    assertThat(failureOf(log, "x".repeat(100))).isEqualTo(Kind.FULL);
    commitEach(log, "small");
    assertThat(texts(log)).containsExactly("small");
  }

  @ParameterizedTest
  @EnumSource(names = {"WRITE", "FORCE"})
  void shouldBreakWhenABatchThatFailedCannotBeCutOff(Call call) throws Exception {
    SegmentedLog log = open(disk);
    commitEach(log, "one");
    disk.failIn(1, call);
    disk.failIn(1, Call.TRUNCATE);
    assertThat(failureOf(log, "lost")).isEqualTo(Kind.BROKEN);
    assertThat(failureOf(log, "refused")).isEqualTo(Kind.BROKEN);
    assertThat(texts(log)).containsExactly("one");
  }

  @Test
  void shouldBreakWhenAForcedCommitFailsBehindOneThatWasNot() throws Exception {
    SegmentedLog log = open(disk);
    log.append(RUN, 1, body("acknowledged"));
    log.commit(false);
    disk.failIn(1, Call.FORCE);
    assertThat(failureOf(log, "lost")).isEqualTo(Kind.BROKEN);
    assertThat(texts(log)).containsExactly("acknowledged");
  }

  @ParameterizedTest
  @EnumSource(
      value = Call.class,
      names = {"OPEN", "TRUNCATE", "WRITE", "FORCE", "FORCE_DIRECTORY"})
  void shouldFailOnlyTheBatchWhenASegmentCannotBeBegun(Call call) throws Exception {
    // given
    SegmentedLog log = open(disk);
    commitEach(log, "x".repeat(600));
    disk.failIn(1, call);
    disk.failIn(1, Call.DELETE);

    // when
    Kind kind = failureOf(log, "lost");

    // then
    assertThat(kind).isEqualTo(Kind.FAILED);
    assertThat(log.health().segmentCount()).isEqualTo(1);
    assertThat(texts(open(disk.afterCrash()))).hasSize(1);
    commitEach(log, "two");
    assertThat(texts(log)).hasSize(2);
    assertThat(texts(open(disk.afterCrash()))).hasSize(2);
  }

  @Test
  void shouldKeepAFileThatCannotBeDeletedAndTryAgain() throws Exception {
    // given
    SegmentedLog log = open(disk);
    commitEach(log, "x".repeat(600), "y".repeat(600), "z".repeat(600));
    assertThat(log.health().segmentCount()).isEqualTo(3);
    disk.failIn(1, Call.DELETE);

    // when, then
    log.trim(log.endPosition());
    assertThat(log.health().segmentCount()).isEqualTo(3);
    disk.failIn(1, Call.FORCE_DIRECTORY);
    log.trim(log.endPosition());
    assertThat(disk.list())
        .as("no younger file before the oldest is surely gone")
        .hasSize(2 + 1); // the note beside them
    log.trim(log.endPosition());
    assertThat(log.health().segmentCount()).isEqualTo(1);
    assertThat(disk.list()).hasSize(1 + 1);
  }

  @Test
  void shouldTakeBatchesWhenTheNoteCannotBeWritten() throws Exception {
    SegmentedLog log = open(disk);
    commitEach(log, "one");
    disk.failIn(2, Call.WRITE);
    commitEach(log, "two", "three");
    assertThat(texts(open(disk.afterCrash()))).containsExactly("one", "two", "three");
  }

  @Test
  void shouldOpenWithoutANoteItCannotMake() throws Exception {
    disk.failIn(2, Call.OPEN);
    SegmentedLog log = open(disk);
    commitEach(log, "one");
    log.close();
    assertThat(disk.list()).doesNotContain(ForcedNote.NAME);
    assertThat(texts(open(disk))).containsExactly("one");
  }

  private static SegmentedLog open(Disk disk) throws IOException {
    return SegmentedLog.open(disk, SMALL, 0);
  }

  private static Kind failureOf(EventLog log, String text) {
    log.append(RUN, 1, body(text));
    return catchThrowableOfType(LogWriteException.class, () -> log.commit(true)).kind();
  }
}
