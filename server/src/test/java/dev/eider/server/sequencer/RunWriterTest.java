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
import dev.eider.server.log.LogWriteException.Kind;
import dev.eider.server.run.FoldedRun;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
final class RunWriterTest {
  private static final RunId OTHER = new RunId("game-2");

  @RegisterExtension private final WriterRig rig = new WriterRig();

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
    rig.shouldRefuse(publish(RUN, 1), "RUN_CLOSED");
    rig.shouldRefuse(publishToExisting(RUN, 1), "RUN_CLOSED");
    assertThat(rig.apply(close(RUN)).duplicate()).isTrue();
    assertThat(rig.apply(publish(RUN, "p", 0, 1, 2)).lastSeq()).isEqualTo(2);
    assertThat(rig.apply(open(RUN, "req", 1)).duplicate()).isTrue();
    assertThat(rig.refusalOf(open(OTHER, "req", 1)).metadata()).containsEntry("run_id", "game-1");
    assertThat(rig.hub.find(RUN)).isNull();
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
  void shouldRefuseWhileDuckDbIsFarBehindButClose() throws Exception {
    WriterRig rig = new WriterRig(config(false, 1_000));
    rig.apply(publish(RUN, 100));
    rig.shouldRefuse(publish(RUN, 1), "OVERLOADED");
    rig.persist();
    assertThat(rig.apply(publish(RUN, 100)).firstSeq()).isEqualTo(101);
    assertThat(rig.apply(close(RUN)).lastSeq()).isEqualTo(200);
    rig.stop();
  }

  @Test
  void shouldForceLaterWhenItIsAsync() throws Exception {
    WriterRig rig = new WriterRig(config(true, 1 << 20));
    rig.apply(publish(RUN, 1));
    rig.clock.advance(10);
    await().until(() -> rig.log.forcedPosition() == rig.log.endPosition());
    rig.stop();
  }

  @ParameterizedTest
  @CsvSource({"FULL, STORAGE_FULL", "FAILED, STORAGE_UNAVAILABLE"})
  void shouldRefuseWhileTheLogFailsAndGoOnByItself(Kind kind, String reason) throws Exception {
    // given
    rig.apply(publish(RUN, 2));
    FoldedRun before = rig.run(RUN);
    rig.log.failWith(kind);

    // when, then
    rig.shouldRefuse(publish(RUN, "p", 0, 1, 3), reason);
    rig.shouldRefuse(publish(OTHER, 3), reason);
    shouldBeAsBefore(before);

    // when
    rig.log.failWith(null);
    await()
        .untilAsserted(
            () -> {
              rig.clock.advance(1_000);
              assertThat(rig.healths).hasSize(2).endsWith(PublishHealth.OK);
            });

    // then
    Applied applied = rig.apply(publish(RUN, "p", 0, 1, 3));
    assertThat(applied.firstSeq()).isEqualTo(3);
    assertThat(applied.duplicate()).isFalse();
  }

  @Test
  void shouldRefuseForGoodOnceTheLogIsBroken() throws Exception {
    // given
    rig.apply(publish(RUN, 2));
    FoldedRun before = rig.run(RUN);
    rig.log.failWith(Kind.BROKEN);

    // when, then
    rig.shouldRefuse(publish(RUN, 1), "STORAGE_UNAVAILABLE");
    rig.log.failWith(null);
    rig.shouldRefuse(close(RUN), "STORAGE_UNAVAILABLE");
    assertThat(rig.healths).containsExactly(PublishHealth.BROKEN);
    shouldBeAsBefore(before);
  }

  private void shouldBeAsBefore(FoldedRun before) {
    assertThat(rig.run(RUN)).isSameAs(before);
    assertThat(visible(RUN)).hasSize((int) before.headSeq());
    assertThat(rig.hub.find(OTHER)).isNull();
  }

  private static SequencerConfig config(boolean async, long unpersistedBytesMax) {
    return new SequencerConfig(
        async, 10, 100, 1 << 20, 1 << 20, 10, 3, unpersistedBytesMax, 1 << 20, 60_000);
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

  private List<SequencedEvent> visible(RunId runId) {
    FoldedRun run = rig.run(runId);
    return Objects.requireNonNull(
            Objects.requireNonNull(rig.hub.find(runId))
                .read(0, EventMatcher.ALL, (int) run.headSeq(), Long.MAX_VALUE))
        .events();
  }
}
