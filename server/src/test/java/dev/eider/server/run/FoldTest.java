package dev.eider.server.run;

import static dev.eider.server.run.Samples.NOW_US;
import static dev.eider.server.run.Samples.RUN;
import static dev.eider.server.run.Samples.closing;
import static dev.eider.server.run.Samples.fold;
import static dev.eider.server.run.Samples.metrics;
import static dev.eider.server.run.Samples.opening;
import static dev.eider.server.run.Samples.publishing;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.server.event.EncodedEvent;
import dev.eider.server.event.RunId;
import dev.eider.server.run.StepRecord.Closed;
import dev.eider.server.run.StepRecord.Opened;
import dev.eider.server.run.StepRecord.Published;
import dev.eider.v1.LlmResponsePayload;
import dev.eider.v1.RunOutcome;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class FoldTest {
  private static final Parent PARENT = new Parent(new RunId("p"), 3, 12, new RunId("root"));

  @Test
  void shouldDeleteAClosedRun() {
    FoldedRun run = fold(opening(RUN), closing(RUN), Samples.deleting(RUN, false));
    assertThat(run.isDeleted()).isTrue();
    assertThat(run.isOpen()).isFalse();
    assertThat(run.isSeen()).isTrue();
    assertThat(run.deletion()).isEqualTo(FoldedRun.Deletion.GONE);
  }

  @Test
  void shouldCloseAndDeleteInOneStep() {
    StepRecord record =
        new StepRecord(
            RUN,
            NOW_US,
            null,
            null,
            new Closed(RunOutcome.RUN_OUTCOME_ABANDONED),
            new StepRecord.Deleted(true));
    FoldedRun run = fold(opening(RUN), record);
    assertThat(run.deletion()).isEqualTo(FoldedRun.Deletion.KEPT);
    assertThat(run.outcome()).isEqualTo(RunOutcome.RUN_OUTCOME_ABANDONED);
  }

  @Test
  void shouldDeleteARunThatMemoryHasForgotten() {
    FoldedRun run = Fold.apply(null, 80, Samples.deleting(RUN, false));
    assertThat(run).isNotNull();
    assertThat(run.isDeleted()).isTrue();
    assertThat(run.isSeen()).isFalse();
    assertThat(run.lastPosition()).isEqualTo(80);
  }

  @Test
  void shouldNotDeleteAnOpenRun() {
    assertThat(Fold.apply(fold(opening(RUN)), 1, Samples.deleting(RUN, false))).isNull();
  }

  @Test
  void shouldTakeNothingMoreOnceDeleted() {
    FoldedRun run = fold(opening(RUN), closing(RUN), Samples.deleting(RUN, false));
    assertThat(Fold.apply(run, 3, Samples.deleting(RUN, false))).isNull();
    assertThat(Fold.apply(run, 3, opening(RUN))).isNull();
    assertThat(Fold.apply(run, 3, closing(RUN))).isNull();
    assertThat(Fold.apply(run, 3, Samples.publishing(RUN, 1, null, Samples.metrics(1)))).isNull();
  }

  @Test
  void shouldOpenARun() {
    // given
    Opened opened = new Opened(Map.of("arena", "gold"), "req", new byte[] {7}, PARENT);

    // when
    FoldedRun run =
        Objects.requireNonNull(
            Fold.apply(null, 40, new StepRecord(RUN, NOW_US, opened, null, null)));

    // then
    assertThat(run.isOpen()).isTrue();
    assertThat(run.headSeq()).isZero();
    assertThat(run.lastT()).isEqualTo(-1);
    assertThat(run.createTimeUs()).isEqualTo(NOW_US);
    assertThat(run.closeTimeUs()).isZero();
    assertThat(run.labels()).containsExactly(Map.entry("arena", "gold"));
    assertThat(run.requestId()).isEqualTo("req");
    assertThat(run.requestHash()).containsExactly(7);
    assertThat(run.parent()).isEqualTo(PARENT);
    assertThat(run.rootRunId()).isEqualTo(PARENT.rootRunId());
    assertThat(run.firstPosition()).isEqualTo(40);
    assertThat(run.lastPosition()).isEqualTo(40);
  }

  @Test
  void shouldBeItsOwnRootWithoutAParent() {
    assertThat(fold(opening(RUN)).rootRunId()).isEqualTo(RUN);
  }

  @Test
  void shouldApplyOpenedPublishedAndClosedOfOneRecordInThisOrder() {
    // given
    StepRecord all =
        new StepRecord(
            RUN,
            NOW_US,
            Samples.plainly(),
            new Published(1, new ProducerStamp("p", 0, 1), metrics(3)),
            new Closed(RunOutcome.RUN_OUTCOME_ABANDONED));

    // when
    FoldedRun run = fold(all);

    // then
    assertThat(run.isOpen()).isFalse();
    assertThat(run.outcome()).isEqualTo(RunOutcome.RUN_OUTCOME_ABANDONED);
    assertThat(run.headSeq()).isEqualTo(3);
    assertThat(run.lastT()).isEqualTo(2);
    assertThat(run.closeTimeUs()).isEqualTo(NOW_US);
    assertThat(Objects.requireNonNull(run.producers().find("p")).lastSeq()).isEqualTo(3);
  }

  @Test
  void shouldSkipAnOpeningOfARunThatExists() {
    assertThat(Fold.apply(fold(opening(RUN)), 1, opening(RUN))).isNull();
    assertThat(Fold.apply(fold(opening(RUN), closing(RUN)), 2, opening(RUN))).isNull();
  }

  @Test
  void shouldSkipWhatIsNotOfAnOpenRun() {
    // given
    FoldedRun closed = fold(opening(RUN), closing(RUN));

    // then
    assertThat(Fold.apply(null, 0, publishing(RUN, 1, null, metrics(1)))).isNull();
    assertThat(Fold.apply(null, 0, closing(RUN))).isNull();
    assertThat(Fold.apply(closed, 2, publishing(RUN, 1, null, metrics(1)))).isNull();
    assertThat(Fold.apply(closed, 2, closing(RUN))).isNull();
  }

  @Test
  void shouldSkipWhatDoesNotContinueTheHead() {
    // given
    FoldedRun run = fold(opening(RUN), publishing(RUN, 1, null, metrics(2)));

    // then
    assertThat(Fold.apply(run, 2, publishing(RUN, 2, null, metrics(1)))).isNull();
    assertThat(Fold.apply(run, 2, publishing(RUN, 4, null, metrics(1)))).isNull();
    assertThat(Fold.apply(run, 2, publishing(RUN, 3, null, metrics(1)))).isNotNull();
  }

  @Test
  void shouldSkipTheWholeRecordWhenItsEventsDoNotFit() {
    // given
    Published published = new Published(2, null, metrics(1));
    Closed closed = new Closed(RunOutcome.RUN_OUTCOME_COMPLETED);

    // then
    assertThat(
            Fold.apply(null, 0, new StepRecord(RUN, NOW_US, Samples.plainly(), published, closed)))
        .isNull();
    assertThat(Fold.apply(fold(opening(RUN)), 1, new StepRecord(RUN, 5, null, published, closed)))
        .isNull();
  }

  @Test
  void shouldSkipAProducerThatDoesNotComeNext() {
    // given
    FoldedRun run =
        fold(opening(RUN), publishing(RUN, 1, new ProducerStamp("p", 1, 1), metrics(2)));

    // then
    assertThat(isAccepted(run, new ProducerStamp("p", 1, 2))).isFalse();
    assertThat(isAccepted(run, new ProducerStamp("p", 1, 4))).isFalse();
    assertThat(isAccepted(run, new ProducerStamp("p", 0, 1))).isFalse();
    assertThat(isAccepted(run, new ProducerStamp("p", 2, 3))).isFalse();
    assertThat(isAccepted(run, new ProducerStamp("q", 0, 2))).isFalse();
    assertThat(isAccepted(run, new ProducerStamp("p", 1, 3))).isTrue();
    assertThat(isAccepted(run, new ProducerStamp("p", 2, 1))).isTrue();
    assertThat(isAccepted(run, new ProducerStamp("q", 0, 1))).isTrue();
  }

  @Test
  void shouldDigestEventsAsTheProtoSays() throws Exception {
    // given
    List<EncodedEvent> events = metrics(5);

    // when
    FoldedRun run =
        fold(
            opening(RUN),
            publishing(RUN, 1, null, events.subList(0, 2)),
            publishing(RUN, 3, null, events.subList(2, 5)));

    // then
    byte[] digest = sha256(RUN.value().getBytes(UTF_8));
    assertThat(fold(opening(RUN)).digest()).isEqualTo(digest);
    for (EncodedEvent event : events) {
      digest = sha256(digest, sha256(event.bytes()));
    }
    assertThat(run.digest()).isEqualTo(digest).hasSize(32);
  }

  @Test
  void shouldSumPricesAndKeepTheLargestT() {
    // given
    EncodedEvent dear = response(7, 0.5);
    EncodedEvent cheap = response(2, 0.25);

    // when
    FoldedRun run = fold(opening(RUN), publishing(RUN, 1, null, List.of(dear, cheap)));

    // then
    assertThat(run.costUsd()).isEqualTo(0.75);
    assertThat(run.lastT()).isEqualTo(7);
  }

  @Test
  void shouldKeepWhatClosingDoesNotConcern() {
    // given
    FoldedRun open =
        fold(opening(RUN), publishing(RUN, 1, new ProducerStamp("p", 0, 1), metrics(2)));

    // when
    FoldedRun closed = Objects.requireNonNull(Fold.apply(open, 9, closing(RUN)));

    // then
    assertThat(closed.headSeq()).isEqualTo(2);
    assertThat(closed.digest()).isEqualTo(open.digest());
    assertThat(closed.createTimeUs()).isEqualTo(NOW_US);
    assertThat(closed.closeTimeUs()).isEqualTo(NOW_US + 2);
    assertThat(closed.lastPosition()).isEqualTo(9);
    assertThat(closed.producers()).isSameAs(open.producers());
    assertThat(open.isOpen()).isTrue();
  }

  private static boolean isAccepted(FoldedRun run, ProducerStamp stamp) {
    return Fold.apply(run, 5, publishing(RUN, run.headSeq() + 1, stamp, metrics(1))) != null;
  }

  private static EncodedEvent response(int t, double costUsd) {
    return EncodedEvent.of(
        Samples.base("ada", t)
            .setLlmResponse(LlmResponsePayload.newBuilder().setCostUsd(costUsd))
            .build());
  }

  private static byte[] sha256(byte[]... parts) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    for (byte[] part : parts) {
      digest.update(part);
    }
    return digest.digest();
  }
}
