package dev.eider.server.log;

import static dev.eider.server.log.segment.LogSamples.RUN;
import static dev.eider.server.log.segment.LogSamples.body;
import static dev.eider.server.log.segment.LogSamples.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.eider.server.base.Invariants.InvariantBroken;
import dev.eider.server.event.RunId;
import dev.eider.server.log.LogWriteException.Kind;
import dev.eider.server.log.segment.LogSamples;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What {@link EventLog} promises, of every implementation. */
@Timeout(60)
abstract class EventLogContract {
  private static final RunId LONG_ID = new RunId("r".repeat(RunId.CHARS_MAX));

  private EventLog log;

  /** Opens a log that has nothing yet. */
  abstract EventLog open() throws Exception;

  /** Opens what the loss of power leaves of the log under test, needed from a position on. */
  abstract EventLog openAfterCrash(long firstNeededPosition) throws Exception;

  /** Lets the next commit fail in a way that leaves the log usable, until it is healed. */
  abstract void failWrites();

  /** Lets the next force of what was committed without one fail. */
  abstract void failForces();

  abstract void heal();

  @BeforeEach
  void begin() throws Exception {
    log = open();
  }

  @AfterEach
  void end() {
    log.close();
  }

  @Test
  void shouldReadBackWhatWasAppended() throws Exception {
    // given
    List<LogRecord> written = new ArrayList<>();
    for (int n = 0; n < 60; n++) {
      RunId run = new RunId("run-" + n % 7);
      long position = log.append(run, n + 1, body(text(n)));
      written.add(new LogRecord(position, 0, run, n + 1, body(text(n))));
      if (n % 4 == 3) {
        log.commit(n % 8 == 3);
      }
    }

    // when
    List<LogRecord> read = records(0);

    // then
    assertThat(read)
        .usingRecursiveFieldByFieldElementComparatorIgnoringFields("nextPosition")
        .isEqualTo(written);
  }

  @Test
  void shouldCountPositionsInBytes() throws Exception {
    // given
    for (int n = 0; n < 60; n++) {
      log.append(n % 2 == 0 ? RUN : LONG_ID, 1, new byte[37 * n]);
      log.commit(true);
    }

    // when
    List<LogRecord> read = records(0);

    // then
    long end = read.get(0).position();
    for (LogRecord record : read) {
      assertThat(record.position()).isGreaterThanOrEqualTo(end);
      assertThat(record.nextPosition() - record.position())
          .isBetween(
              (long) record.body().length, (long) record.body().length + EventLog.FRAME_BYTES_MAX);
      end = record.nextPosition();
    }
    assertThat(log.endPosition()).isEqualTo(end);
  }

  @Test
  void shouldTakeNoMoreForItselfThanItsRecords() throws Exception {
    commitEach(Collections.nCopies(60, "x".repeat(200)).toArray(String[]::new));
    log.settle();
    commitEach("last");

    long recordBytes =
        records(0).stream().mapToLong(record -> record.nextPosition() - record.position()).sum();
    assertThat(log.endPosition() - records(0).get(0).position()).isLessThan(2 * recordBytes);
  }

  @Test
  void shouldShowNothingBeforeCommit() throws Exception {
    try (LogReader reader = log.read(0)) {
      // when
      log.append(RUN, 1, body("pending"));

      // then
      assertThat(log.endPosition()).isEqualTo(log.forcedPosition()).isZero();
      assertThat(reader.next(Long.MAX_VALUE)).isNull();

      // when
      log.commit(false);

      // then
      LogRecord record = reader.next(Long.MAX_VALUE);
      assertThat(record).isNotNull();
      assertThat(log.endPosition()).isEqualTo(record.nextPosition());
    }
  }

  @Test
  void shouldCommitNothingWithoutAnything() throws Exception {
    commitEach("one");
    long end = log.endPosition();

    log.commit(true);

    assertThat(log.endPosition()).isEqualTo(end);
  }

  @Test
  void shouldBeginToReadAtAnyPosition() throws Exception {
    // given
    commitEach(samples(30));
    List<LogRecord> all = records(0);

    for (int n = 0; n < all.size(); n++) {
      // when, then
      List<String> here = LogSamples.texts(all.subList(n, all.size()));
      List<String> next = LogSamples.texts(all.subList(n + 1, all.size()));
      assertThat(texts(all.get(n).position())).isEqualTo(here);
      assertThat(texts(all.get(n).position() + 1)).isEqualTo(next);
      assertThat(texts(all.get(n).nextPosition())).isEqualTo(next);
    }
  }

  @Test
  void shouldStopBeforeTheLimit() throws Exception {
    // given
    commitEach("one", "two");
    long second = records(0).get(1).position();

    try (LogReader reader = log.read(0)) {
      // when, then
      assertThat(reader.next(0)).isNull();
      assertThat(reader.next(second)).isNotNull();
      assertThat(reader.next(second)).isNull();
      assertThat(reader.next(second + 1)).isNotNull();
      assertThat(reader.next(Long.MAX_VALUE)).isNull();
    }
  }

  @Test
  void shouldLetReadersFollowFromAnotherThread() throws Exception {
    // given
    List<String> written = List.of(samples(3_000));
    var followed = CompletableFuture.supplyAsync(() -> follow(written.size()));

    // when
    for (String text : written) {
      log.append(RUN, 1, body(text));
      log.commit(false);
    }

    // then
    assertThat(followed.get(30, TimeUnit.SECONDS)).isEqualTo(written);
  }

  @Test
  void shouldKnowHowFarItIsForced() throws Exception {
    // given
    commit(false, "one");
    assertThat(log.forcedPosition()).isLessThan(log.endPosition());

    // when, then
    log.force();
    assertThat(log.forcedPosition()).isEqualTo(log.endPosition());

    commit(false, "two");
    log.commit(true);
    assertThat(log.forcedPosition())
        .as("with what is before a forced batch")
        .isEqualTo(log.endPosition());
  }

  @Test
  void shouldForceWhenItSettles() throws Exception {
    // given
    commit(false, "one");

    // when
    log.settle();
    log.settle();

    // then
    assertThat(log.forcedPosition()).isEqualTo(log.endPosition());
    commitEach("two");
    assertThat(texts(0)).containsExactly("one", "two");
  }

  @Test
  void shouldNotSettleInTheMiddleOfABatch() {
    log.append(RUN, 1, body("one"));

    assertThatThrownBy(() -> log.settle()).isInstanceOf(InvariantBroken.class);
  }

  @Test
  void shouldKnowTheEndOfAllThatWasAppended() throws Exception {
    commitEach("one", "two");
    assertThat(log.awaitEnd().get(10, TimeUnit.SECONDS)).isEqualTo(log.endPosition());
  }

  @Test
  void shouldKeepWhatIsNotTrimmed() throws Exception {
    // given
    commitEach(samples(40));
    List<LogRecord> all = records(0);
    long needed = all.get(20).position();

    // when
    log.trim(needed);

    // then
    assertThat(texts(needed)).isEqualTo(LogSamples.texts(all.subList(20, all.size())));
  }

  @Test
  void shouldNotReadPastWhatWasTrimmed() throws Exception {
    // given
    commitEach(samples(40));
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
    assertThatThrownBy(() -> log.read(0)).isInstanceOf(LogCorruptedException.class);
  }

  @Test
  void shouldGoOnWhenEverythingWasTrimmed() throws Exception {
    // given
    commitEach(samples(40));
    long end = log.endPosition();

    // when
    log.trim(Long.MAX_VALUE);

    // then
    assertThat(log.endPosition()).isEqualTo(end);
    commitEach("next");
    assertThat(texts(end)).containsExactly("next");
  }

  @Test
  void shouldDropABatchThatFails() throws Exception {
    // given
    commitEach("one");
    long end = log.endPosition();
    failWrites();
    log.append(RUN, 1, body("refused"));

    // when
    assertThat(failureOf(() -> log.commit(true))).isNotEqualTo(Kind.BROKEN);

    // then
    assertThat(log.endPosition()).isEqualTo(end);
    assertThat(texts(0)).containsExactly("one");
    assertThat(log.health().isWritable()).isFalse();

    // when
    heal();

    // then
    assertThat(log.probe().isWritable()).isTrue();
    long position = log.append(RUN, 1, body("two"));
    log.commit(true);
    assertThat(texts(0)).containsExactly("one", "two");
    assertThat(records(0).get(1).position()).isEqualTo(position).isGreaterThanOrEqualTo(end);
  }

  @Test
  void shouldFindByTryingThatItCannotBeWritten() {
    failWrites();

    assertThat(log.probe().isWritable()).isFalse();
    heal();
    assertThat(log.probe().isWritable()).isTrue();
    assertThat(log.health().isWritable()).isTrue();
  }

  @Test
  void shouldTakeNothingMoreOnceItIsInDoubt() throws Exception {
    // given
    commit(false, "one");
    failForces();

    // when
    assertThat(failureOf(() -> log.force())).isEqualTo(Kind.BROKEN);

    heal();

    // then
    log.append(RUN, 1, body("two"));
    assertThat(failureOf(() -> log.commit(true))).isEqualTo(Kind.BROKEN);

    assertThat(log.probe().isWritable()).isFalse();
    assertThat(log.forcedPosition()).isLessThan(log.endPosition());
  }

  @Test
  void shouldKeepWhatWasForcedThroughACrash() throws Exception {
    // given
    commitEach("one", "two");
    long forced = log.endPosition();
    commit(false, "three", "four");
    log.append(RUN, 1, body("five"));

    // when
    log = openAfterCrash(0);

    // then
    assertThat(List.of("one", "two", "three", "four")).startsWith(texts(0).toArray(String[]::new));
    assertThat(texts(0)).startsWith("one", "two");
    assertThat(log.endPosition()).isGreaterThanOrEqualTo(forced);
    assertThat(log.forcedPosition()).isEqualTo(log.endPosition());
    commitEach("next");
    assertThat(texts(0)).endsWith("next");
  }

  @Test
  void shouldGoOnAtItsEndThoughAllOfItWasTrimmed() throws Exception {
    // given
    commitEach(samples(40));
    long end = log.endPosition();
    log.trim(end);

    // when
    log = openAfterCrash(end);

    // then
    assertThat(log.endPosition()).isEqualTo(end);
    commitEach("next");
    assertThat(texts(end)).containsExactly("next");
  }

  @Test
  void shouldForceWhatWasCommittedWhenItIsClosed() throws Exception {
    // given
    commit(false, "one");
    log.append(RUN, 1, body("pending"));

    // when
    log.close();
    log.close();

    // then
    log.append(RUN, 1, body("late"));
    assertThatThrownBy(() -> log.commit(true)).isInstanceOf(LogWriteException.class);
    log = openAfterCrash(0);
    assertThat(texts(0)).containsExactly("one");
  }

  private List<String> follow(int count) {
    List<LogRecord> read = new ArrayList<>();
    try (LogReader reader = log.read(0)) {
      while (read.size() < count) {
        LogRecord record = reader.next(log.endPosition());
        if (record == null) {
          Thread.onSpinWait();
        } else {
          read.add(record);
        }
      }
    }
    return LogSamples.texts(read);
  }

  private List<LogRecord> records(long position) {
    return LogSamples.records(log, position);
  }

  private List<String> texts(long position) {
    return LogSamples.texts(records(position));
  }

  private void commit(boolean force, String... batch) throws LogWriteException {
    for (String text : batch) {
      log.append(RUN, 1, body(text));
    }
    log.commit(force);
  }

  private static Kind failureOf(ThrowingCallable call) {
    return catchThrowableOfType(LogWriteException.class, call).kind();
  }

  private void commitEach(String... texts) throws LogWriteException {
    LogSamples.commitEach(log, texts);
  }

  private static String[] samples(int count) {
    return IntStream.range(0, count).mapToObj(LogSamples::text).toArray(String[]::new);
  }
}
