package dev.eider.server.sequencer;

import static dev.eider.server.run.Samples.RUN;
import static dev.eider.server.sequencer.Commands.close;
import static dev.eider.server.sequencer.Commands.open;
import static dev.eider.server.sequencer.Commands.publish;
import static dev.eider.server.sequencer.Commands.publishToExisting;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.eider.server.event.EventMatcher;
import dev.eider.server.event.RunId;
import dev.eider.server.event.SequencedEvent;
import dev.eider.server.run.FoldedRun;
import dev.eider.v1.ErrorReason;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class RunWriterTest {
  private static final RunId OTHER = new RunId("game-2");

  @TempDir private Path directory;
  private WriterRig rig;

  @BeforeEach
  void start() throws Exception {
    rig = new WriterRig(directory);
  }

  @AfterEach
  void stop() throws Exception {
    rig.close();
  }

  @Test
  void shouldKeepTheOrderOfOneCallersCommands() throws Exception {
    // when
    List<CompletableFuture<Applied>> answers = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      answers.add(rig.writer.execute(publish(i % 2 == 0 ? RUN : OTHER, 2)));
    }

    // then
    for (int i = 0; i < answers.size(); i++) {
      Applied applied = answers.get(i).get(20, TimeUnit.SECONDS);
      assertThat(applied.firstSeq()).isEqualTo(1 + 2L * (i / 2));
      assertThat(applied.lastSeq()).isEqualTo(applied.firstSeq() + 1);
    }
  }

  @Test
  void shouldGiveManyThreadsContiguousSeqs() throws Exception {
    // given
    int threads = 8;
    int publishes = 150;
    ExecutorService callers = Executors.newFixedThreadPool(threads);
    List<Future<List<Applied>>> callersAnswers = new ArrayList<>();

    // when
    for (int i = 0; i < threads; i++) {
      int size = 1 + i % 3;
      callersAnswers.add(callers.submit(() -> publishOften(size, publishes)));
    }

    // then
    List<Long> firstSeqs = new ArrayList<>();
    long events = 0;
    for (Future<List<Applied>> answers : callersAnswers) {
      List<Applied> applied = answers.get(30, TimeUnit.SECONDS);
      assertThat(applied).extracting(Applied::firstSeq).isSorted();
      for (Applied one : applied) {
        firstSeqs.add(one.firstSeq());
        events += one.lastSeq() - one.firstSeq() + 1;
      }
    }
    callers.shutdown();
    assertThat(firstSeqs).doesNotHaveDuplicates();
    assertThat(rig.run(RUN).headSeq()).isEqualTo(events);
    assertThat(visible(RUN)).hasSize((int) events).extracting(SequencedEvent::seq).isSorted();
  }

  @Test
  void shouldBeVisibleWhenItIsAcknowledged() throws Exception {
    // when
    Applied applied = rig.apply(publish(RUN, 3));

    // then
    assertThat(applied.run()).isSameAs(rig.run(RUN));
    assertThat(visible(RUN)).hasSize(3);
    assertThat(rig.log.forcedPosition()).isGreaterThan(applied.run().lastPosition());
  }

  @Test
  void shouldAnswerARequestIdThatWasUsed() throws Exception {
    // given
    rig.apply(open(RUN, "req", 1));

    // then
    assertThat(rig.apply(open(RUN, "req", 1)).duplicate()).isTrue();
    assertThat(rig.refusalOf(open(OTHER, "req", 1)).reason())
        .isEqualTo(ErrorReason.ERROR_REASON_RUN_ALREADY_EXISTS);
    assertThat(rig.hub.find(OTHER)).isNull();
  }

  @Test
  void shouldAnswerARequestIdThatWasUsedInTheSameBatch() throws Exception {
    // when
    CompletableFuture<Applied> first = rig.writer.execute(open(RUN, "req", 1));
    CompletableFuture<Applied> same = rig.writer.execute(open(RUN, "req", 1));
    CompletableFuture<Applied> other = rig.writer.execute(open(OTHER, "req", 1));

    // then
    assertThat(first.get(20, TimeUnit.SECONDS).duplicate()).isFalse();
    assertThat(same.get(20, TimeUnit.SECONDS).duplicate()).isTrue();
    assertThat(other).failsWithin(Duration.ofSeconds(20));
  }

  @Test
  void shouldFindAReapedRunInDuckDb() throws Exception {
    // given
    rig.apply(open(RUN, "req", 1));
    rig.apply(publish(RUN, "p", 0, 1, 2));
    rig.apply(close(RUN));
    reap(RUN);

    // then
    assertThat(rig.refusalOf(publish(RUN, 1)).reason())
        .isEqualTo(ErrorReason.ERROR_REASON_RUN_CLOSED);
    assertThat(rig.refusalOf(publishToExisting(RUN, 1)).reason())
        .isEqualTo(ErrorReason.ERROR_REASON_RUN_CLOSED);
    assertThat(rig.apply(close(RUN)).duplicate()).isTrue();
    assertThat(rig.apply(publish(RUN, "p", 0, 1, 2)).lastSeq()).isEqualTo(2);
    assertThat(rig.apply(open(RUN, "req", 1)).duplicate()).isTrue();
    assertThat(rig.refusalOf(open(OTHER, "req", 1)).metadata()).containsEntry("run_id", "game-1");
    assertThat(rig.hub.find(RUN)).isNull();
  }

  @Test
  void shouldRefuseARunThatNobodyKnows() {
    assertThat(rig.refusalOf(publishToExisting(RUN, 1)).reason())
        .isEqualTo(ErrorReason.ERROR_REASON_RUN_NOT_FOUND);
    assertThat(rig.refusalOf(close(RUN)).reason())
        .isEqualTo(ErrorReason.ERROR_REASON_RUN_NOT_FOUND);
  }

  @Test
  void shouldWaitForDuckDbWhenItCloses() throws Exception {
    // given
    rig.apply(publish(RUN, 2));

    // when
    CompletableFuture<Applied> closed = rig.writer.closeAndPersist(close(RUN));
    await().until(() -> !rig.run(RUN).isOpen());

    // then
    assertThat(closed).isNotDone();
    rig.persist();
    assertThat(closed.get(20, TimeUnit.SECONDS).run().headSeq()).isEqualTo(2);
  }

  @Test
  void shouldRefuseWhenItStops() throws Exception {
    rig.writer.refuse();
    assertThat(rig.refusalOf(publish(RUN, 1)).reason())
        .isEqualTo(ErrorReason.ERROR_REASON_SHUTTING_DOWN);
  }

  private void reap(RunId runId) {
    rig.persist();
    // The grace period begins a moment after the close is acknowledged.
    await()
        .until(
            () -> {
              rig.clock.advance(60_000);
              return rig.hub.find(runId) == null;
            });
  }

  private List<Applied> publishOften(int size, int publishes) throws Exception {
    List<Applied> answers = new ArrayList<>();
    for (int i = 0; i < publishes; i++) {
      answers.add(rig.apply(publish(RUN, size)));
    }
    return answers;
  }

  private List<SequencedEvent> visible(RunId runId) {
    FoldedRun run = rig.run(runId);
    return Objects.requireNonNull(
            Objects.requireNonNull(rig.hub.find(runId))
                .read(0, EventMatcher.ALL, (int) run.headSeq(), Long.MAX_VALUE))
        .events();
  }
}
