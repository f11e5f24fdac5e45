package dev.eider.server.persist;

import static dev.eider.server.run.Samples.RUN;
import static dev.eider.server.run.Samples.closing;
import static dev.eider.server.run.Samples.metrics;
import static dev.eider.server.run.Samples.opening;
import static dev.eider.server.run.Samples.publishing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.server.base.Invariants.InvariantBroken;
import dev.eider.server.event.RunId;
import dev.eider.server.log.LogRecord;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.RunRecordCodec;
import dev.eider.server.run.Samples;
import dev.eider.server.run.StepRecord;
import dev.eider.server.store.PersistBatch;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class BatchBuilderTest {
  private static final long ROOMY = Long.MAX_VALUE;

  private static final RunId OTHER = new RunId("a-game");

  private final BatchBuilder builder = new BatchBuilder(List.of(), 100, runId -> null);
  private long position = 100;

  @Test
  void shouldOrderEventsByRunAndSeq() {
    // given
    add(opening(RUN), opening(OTHER));
    add(publishing(RUN, 1, null, metrics(2)), publishing(OTHER, 1, null, metrics(1)));
    add(publishing(RUN, 3, null, metrics(1)), publishing(OTHER, 2, null, metrics(1)));

    // when
    PersistBatch batch = builder.build();

    // then
    assertThat(builder.eventCount()).isEqualTo(5);
    assertThat(batch.events())
        .extracting(row -> row.runId() + " " + row.seq() + " at " + row.position())
        .containsExactly(
            "a-game 1 at 130",
            "a-game 2 at 150",
            "game-1 1 at 120",
            "game-1 2 at 120",
            "game-1 3 at 140");
    assertThat(batch.nextPosition()).isEqualTo(160);
    assertThat(batch.runs()).extracting(FoldedRun::headSeq).containsExactlyInAnyOrder(3L, 2L);
  }

  @Test
  void shouldGoOnFromTheRunsBefore() {
    // given
    add(opening(RUN), publishing(RUN, 1, null, metrics(2)));
    builder.clear();

    // when
    add(publishing(RUN, 3, null, metrics(1)));

    // then
    assertThat(builder.eventCount()).isEqualTo(1);
    assertThat(builder.build().runs()).extracting(FoldedRun::headSeq).containsExactly(3L);
  }

  @Test
  void shouldGoOnFromTheRunsThatDuckDbHas() {
    // given
    FoldedRun open = Samples.fold(opening(RUN), publishing(RUN, 1, null, metrics(4)));
    BatchBuilder resumed = new BatchBuilder(List.of(open), 7, runId -> null);

    // when
    resumed.add(entry(7, publishing(RUN, 5, null, metrics(1))));

    // then
    assertThat(resumed.build().events()).extracting(row -> row.seq()).containsExactly(5L);
    assertThat(resumed.build().nextPosition()).isEqualTo(17);
  }

  @Test
  void shouldTakeOverTheRunInMemoryOnceBothHaveSeenTheSame() {
    StepRecord published = publishing(RUN, 1, null, metrics(4));
    FoldedRun open = Samples.fold(opening(RUN), published);
    FoldedRun same = Samples.fold(opening(RUN), published);
    FoldedRun further = Samples.fold(opening(RUN), published, publishing(RUN, 5, null, metrics(1)));
    assertThat(before(open, same)).isSameAs(same);

    assertThat(before(open, further)).isSameAs(open);
  }

  /** The run from which a builder goes on. */
  private static @Nullable FoldedRun before(FoldedRun inDuckDb, FoldedRun inMemory) {
    return new BatchBuilder(List.of(inDuckDb), 7, runId -> inMemory).run(RUN);
  }

  @Test
  void shouldPassOverARecordThatHasNoEffect() {
    // given
    add(opening(RUN), publishing(RUN, 1, null, metrics(2)));

    // when
    add(publishing(RUN, 2, null, metrics(5)));

    // then
    PersistBatch batch = builder.build();
    assertThat(batch.events()).hasSize(2);
    assertThat(batch.runs()).extracting(FoldedRun::headSeq).containsExactly(2L);
    assertThat(batch.nextPosition()).isEqualTo(130);
  }

  @Test
  void shouldForgetClosedRunsOnlyOnceTheyArePersisted() {
    // given
    add(opening(RUN), closing(RUN));

    // then
    assertThat(builder.build().runs()).extracting(FoldedRun::isOpen).containsExactly(false);
    builder.clear();
    assertThat(builder.isEmpty()).isTrue();
    assertThatThrownBy(() -> add(publishing(RUN, 1, null, metrics(1))))
        .isInstanceOf(InvariantBroken.class)
        .hasMessageContaining("run game-1: the record at position 120 is of a run");
  }

  @Test
  void shouldMakeACheckpointDueByBytesOrIdleTime() {
    CheckpointSchedule schedule = new CheckpointSchedule(1_000, 50, 100, 4_000);
    assertThat(schedule.isDue(4_049, ROOMY, false)).isFalse();
    assertThat(schedule.isDue(4_050, ROOMY, false)).as("what was left by others").isTrue();
    assertThat(schedule.checkpointed(4_050)).isEqualTo(100);
    assertThat(schedule.isDue(1_000_000, ROOMY, false)).isFalse();
    schedule.persisted(200, 5_000);
    assertThat(schedule.isDue(5_049, ROOMY, false)).isFalse();
    assertThat(schedule.isDue(5_050, ROOMY, false)).isTrue();
    schedule.persisted(1_100, 5_049);
    assertThat(schedule.isDue(5_049, ROOMY, false)).isTrue();
    assertThat(schedule.checkpointed(5_049)).isEqualTo(1_100);
    assertThat(schedule.isDue(1_000_000, ROOMY, false)).isFalse();
    schedule.persisted(1_101, 1_000_000);
    assertThat(schedule.isDue(1_000_050, ROOMY, false)).isTrue();
  }

  @Test
  void shouldMakeIdleCheckpointsOfLittleRarer() {
    CheckpointSchedule schedule = new CheckpointSchedule(64 << 20, 50, 0, 0);
    long nowMs = 0;
    long position = 0;
    long waitMs = 50;
    for (int i = 0; i < 20; i++) {
      schedule.persisted(++position, nowMs);
      assertThat(schedule.isDue(nowMs + waitMs - 1, ROOMY, false)).isFalse();
      assertThat(schedule.isDue(nowMs + waitMs, ROOMY, false)).isTrue();
      assertThat(schedule.isDue(nowMs, ROOMY, true)).as("DuckDB needs one").isTrue();
      nowMs += waitMs;
      schedule.checkpointed(nowMs);
      waitMs = Math.min(2 * waitMs, 128 * 50);
    }
    schedule.persisted(position + (8 << 20), nowMs);
    assertThat(schedule.isDue(nowMs + 50, ROOMY, false)).as("much").isTrue();
    schedule.checkpointed(nowMs);
    schedule.persisted(position + (8 << 20) + 1, nowMs);
    assertThat(schedule.isDue(nowMs + 50, ROOMY, false)).as("after much").isTrue();
  }

  @Test
  void shouldMakeACheckpointDueEarlierWhenTheDiskGetsFull() {
    CheckpointSchedule schedule = new CheckpointSchedule(64 << 20, 50, 0, 0);
    schedule.checkpointed(0);
    schedule.persisted(8 << 20, 0);
    assertThat(schedule.isDue(0, 65 << 20, false)).isFalse();
    assertThat(schedule.isDue(0, 64 << 20, false)).isTrue();
    schedule.checkpointed(0);
    schedule.persisted((9 << 20) - 1, 0);
    assertThat(schedule.isDue(0, 0, false)).as("not for next to nothing").isFalse();
  }

  private void add(StepRecord... records) {
    for (StepRecord record : records) {
      builder.add(entry(position, record));
      position += 10;
    }
  }

  private static LogRecord entry(long at, StepRecord record) {
    return new LogRecord(at, at + 10, record.runId(), 1, RunRecordCodec.encode(record));
  }
}
