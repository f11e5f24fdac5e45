package dev.eider.server.run;

import static dev.eider.server.run.Samples.NOW_US;
import static dev.eider.server.run.Samples.RUN;
import static dev.eider.server.run.Samples.closing;
import static dev.eider.server.run.Samples.deleting;
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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(30)
final class FoldTest {
  private static final Parent PARENT = new Parent(new RunId("p"), 3, 12, new RunId("root"));

  static Stream<Arguments> skipped() {
    FoldedRun open =
        fold(opening(RUN), publishing(RUN, 1, new ProducerStamp("p", 1, 1), metrics(2)));
    FoldedRun closed = fold(opening(RUN), closing(RUN));
    FoldedRun deleted = fold(opening(RUN), closing(RUN), deleting(RUN, false));
    StepRecord first = publishing(RUN, 1, null, metrics(1));
    Published second = new Published(2, null, metrics(1));
    Closed closing = new Closed(RunOutcome.RUN_OUTCOME_COMPLETED);
    return Stream.of(
        Arguments.of(null, first),
        Arguments.of(null, closing(RUN)),
        Arguments.of(open, opening(RUN)),
        Arguments.of(open, deleting(RUN, false)),
        Arguments.of(closed, opening(RUN)),
        Arguments.of(closed, first),
        Arguments.of(closed, closing(RUN)),
        Arguments.of(deleted, opening(RUN)),
        Arguments.of(deleted, first),
        Arguments.of(deleted, closing(RUN)),
        Arguments.of(deleted, deleting(RUN, false)),
        // what does not continue the head, the rest of its record included
        Arguments.of(open, publishing(RUN, 2, null, metrics(1))),
        Arguments.of(open, publishing(RUN, 4, null, metrics(1))),
        Arguments.of(null, new StepRecord(RUN, NOW_US, Samples.plainly(), second, closing)),
        Arguments.of(fold(opening(RUN)), new StepRecord(RUN, 5, null, second, closing)),
        // what is not the producer's next
        Arguments.of(open, producing("p", 1, 2)),
        Arguments.of(open, producing("p", 1, 4)),
        Arguments.of(open, producing("p", 0, 1)),
        Arguments.of(open, producing("p", 2, 3)),
        Arguments.of(open, producing("q", 0, 2)));
  }

  @ParameterizedTest
  @MethodSource("skipped")
  void shouldSkipWhatDoesNotFit(@Nullable FoldedRun run, StepRecord record) {
    assertThat(Fold.apply(run, 5, record)).isNull();
  }

  @Test
  void shouldTakeWhatComesNext() {
    FoldedRun run =
        fold(opening(RUN), publishing(RUN, 1, new ProducerStamp("p", 1, 1), metrics(2)));
    assertThat(
            Stream.of(
                publishing(RUN, 3, null, metrics(1)),
                producing("p", 1, 3),
                producing("p", 2, 1),
                producing("q", 0, 1)))
        .allMatch(record -> Fold.apply(run, 5, record) != null);
  }

  private static StepRecord producing(String id, long epoch, long seq) {
    return publishing(RUN, 3, new ProducerStamp(id, epoch, seq), metrics(1));
  }

  @Test
  void shouldCloseAndDeleteInOneStep() {
    Closed closed = new Closed(RunOutcome.RUN_OUTCOME_ABANDONED);
    StepRecord.Deleted deleted = new StepRecord.Deleted(true);
    FoldedRun run = fold(opening(RUN), new StepRecord(RUN, NOW_US, null, null, closed, deleted));
    assertThat(run.deletion()).isEqualTo(FoldedRun.Deletion.KEPT);
    assertThat(run.isSeen()).isTrue();
    assertThat(run.outcome()).isEqualTo(RunOutcome.RUN_OUTCOME_ABANDONED);
  }

  @Test
  void shouldDeleteARunThatMemoryHasForgotten() {
    FoldedRun run = Fold.apply(null, 80, deleting(RUN, false));
    assertThat(run).isNotNull();
    assertThat(run.deletion()).isEqualTo(FoldedRun.Deletion.GONE);
    assertThat(run.isSeen()).isFalse();
    assertThat(run.lastPosition()).isEqualTo(80);
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
  void shouldApplyOpenedPublishedAndClosedOfOneRecordInThisOrder() {
    // given
    Published published = new Published(1, new ProducerStamp("p", 0, 1), metrics(3));
    Closed closed = new Closed(RunOutcome.RUN_OUTCOME_ABANDONED);

    // when
    FoldedRun run = fold(new StepRecord(RUN, NOW_US, Samples.plainly(), published, closed));

    // then
    assertThat(run.isOpen()).isFalse();
    assertThat(run.outcome()).isEqualTo(RunOutcome.RUN_OUTCOME_ABANDONED);
    assertThat(run.headSeq()).isEqualTo(3);
    assertThat(run.lastT()).isEqualTo(2);
    assertThat(run.closeTimeUs()).isEqualTo(NOW_US);
    assertThat(Objects.requireNonNull(run.producers().find("p")).lastSeq()).isEqualTo(3);
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
    List<EncodedEvent> dearAndCheap = List.of(response(7, 0.5), response(2, 0.25));
    FoldedRun run = fold(opening(RUN), publishing(RUN, 1, null, dearAndCheap));

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
