package dev.eider.server.sequencer;

import static dev.eider.server.run.Samples.NOW_US;
import static dev.eider.server.run.Samples.RUN;
import static dev.eider.server.sequencer.Commands.close;
import static dev.eider.server.sequencer.Commands.open;
import static dev.eider.server.sequencer.Commands.publish;
import static dev.eider.server.sequencer.Commands.publishAt;
import static dev.eider.server.sequencer.Commands.publishToExisting;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.eider.server.base.BrokerException;
import dev.eider.server.run.Fold;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.Samples;
import dev.eider.server.run.StepRecord;
import dev.eider.server.sequencer.Decider.Decision;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.RunOutcome;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class DeciderTest {
  private final Decider decider = new Decider(3);
  private long position;

  @Test
  void shouldRefuseARunThatDoesNotExist() {
    assertThat(refusal(null, publishToExisting(RUN, 1)).reason())
        .isEqualTo(ErrorReason.ERROR_REASON_RUN_NOT_FOUND);
    assertThat(refusal(null, close(RUN)).reason())
        .isEqualTo(ErrorReason.ERROR_REASON_RUN_NOT_FOUND);
  }

  @Test
  void shouldRefuseWhateverWouldChangeARunInALibrary() {
    FoldedRun run = after(publish(RUN, 2)).inLibrary();
    for (Command command :
        List.of(
            publish(RUN, 1),
            publishToExisting(RUN, 0),
            open(RUN, "", 1),
            close(RUN),
            Commands.delete(RUN))) {
      assertThat(refusal(run, command).reason())
          .as("%s", command)
          .isEqualTo(ErrorReason.ERROR_REASON_RUN_READ_ONLY);
    }
  }

  @Test
  void shouldOpenARunThatIsMissing() {
    // when
    StepRecord record = append(null, publish(RUN, 2));

    // then
    assertThat(record.timeUs()).isEqualTo(NOW_US);
    assertThat(record.opened()).isNotNull();
    assertThat(Objects.requireNonNull(record.published()).firstSeq()).isEqualTo(1);
    assertThat(record.closed()).isNull();
  }

  @Test
  void shouldOpenWithoutEvents() {
    StepRecord record = append(null, publish(RUN, 0));
    assertThat(record.opened()).isNotNull();
    assertThat(record.published()).isNull();
  }

  @Test
  void shouldAnswerWhatChangesNothing() {
    Applied applied = answer(after(publish(RUN, 2)), publish(RUN, 0));
    assertThat(applied.duplicate()).isFalse();
    assertThat(applied.firstSeq()).isZero();
    assertThat(applied.lastSeq()).isEqualTo(2);
  }

  @Test
  void shouldContinueAndCloseInOneRecord() {
    // when
    StepRecord record =
        append(
            after(publish(RUN, 2)),
            new Command.Publish(RUN, Samples.metrics(3), false, 2L, null, true));

    // then
    assertThat(record.opened()).isNull();
    assertThat(Objects.requireNonNull(record.published()).firstSeq()).isEqualTo(3);
    assertThat(Objects.requireNonNull(record.closed()).outcome())
        .isEqualTo(RunOutcome.RUN_OUTCOME_COMPLETED);
  }

  @Test
  void shouldRefuseAClosedRun() {
    // given
    FoldedRun run = after(publish(RUN, 2), close(RUN));

    // when
    BrokerException refusal = refusal(run, publish(RUN, 1));

    // then
    assertThat(refusal.reason()).isEqualTo(ErrorReason.ERROR_REASON_RUN_CLOSED);
    assertThat(refusal.metadata()).isEqualTo(Map.of("head_seq", "2", "outcome", "COMPLETED"));
    assertThat(refusal(run, new Command.Close(RUN, RunOutcome.RUN_OUTCOME_FAILED)).reason())
        .isEqualTo(ErrorReason.ERROR_REASON_RUN_CLOSED);
  }

  @Test
  void shouldAnswerAClosingWithTheSameOutcome() {
    Applied applied = answer(after(publish(RUN, 2), close(RUN)), close(RUN));
    assertThat(applied.duplicate()).isTrue();
    assertThat(applied.lastSeq()).isEqualTo(2);
  }

  @Test
  void shouldRefuseAHeadThatIsNotTheExpectedOne() {
    // given
    FoldedRun run = after(publish(RUN, 2));

    // then
    BrokerException refusal = refusal(run, publishAt(RUN, 1L, 1));
    assertThat(refusal.reason()).isEqualTo(ErrorReason.ERROR_REASON_SEQ_MISMATCH);
    assertThat(refusal.metadata()).isEqualTo(Map.of("expected", "1", "actual", "2"));
    assertThat(refusal(run, publishAt(RUN, 0L, 1)).reason())
        .isEqualTo(ErrorReason.ERROR_REASON_SEQ_MISMATCH);
    assertThat(refusal(null, publishAt(RUN, 1L, 1)).metadata())
        .isEqualTo(Map.of("expected", "1", "actual", "0"));
    assertThat(append(run, publishAt(RUN, 2L, 1)).published()).isNotNull();
    assertThat(append(null, publishAt(RUN, 0L, 1)).opened()).isNotNull();
  }

  @Test
  void shouldRefuseAGapInAProducersEvents() {
    // given
    FoldedRun run = after(publish(RUN, "p", 0, 1, 2));

    // then
    BrokerException refusal = refusal(run, publish(RUN, "p", 0, 5, 1));
    assertThat(refusal.reason()).isEqualTo(ErrorReason.ERROR_REASON_PRODUCER_GAP);
    assertThat(refusal.metadata()).isEqualTo(Map.of("expected", "3", "actual", "5"));
    assertThat(refusal(run, publish(RUN, "q", 0, 2, 1)).metadata())
        .isEqualTo(Map.of("expected", "1", "actual", "2"));
    assertThat(refusal(run, publish(RUN, "p", 1, 3, 1)).metadata())
        .isEqualTo(Map.of("expected", "1", "actual", "3"));
    assertThat(refusal(null, publish(RUN, "p", 0, 2, 1)).reason())
        .isEqualTo(ErrorReason.ERROR_REASON_PRODUCER_GAP);
  }

  @Test
  void shouldFenceAnOlderEpochOfAClosedRun() {
    // given
    FoldedRun run = after(publish(RUN, "p", 0, 1, 2), publish(RUN, "p", 1, 1, 1), close(RUN));

    // when
    BrokerException refusal = refusal(run, publish(RUN, "p", 0, 1, 2));

    // then: RUN_CLOSED would say that these events, which are stored, are not
    assertThat(refusal.reason()).isEqualTo(ErrorReason.ERROR_REASON_PRODUCER_FENCED);
    assertThat(refusal(run, publish(RUN, "p", 1, 2, 1)).reason())
        .isEqualTo(ErrorReason.ERROR_REASON_RUN_CLOSED);
  }

  @Test
  void shouldFenceAnOlderEpoch() {
    // given
    FoldedRun run = after(publish(RUN, "p", 0, 1, 2), publish(RUN, "p", 7, 1, 1));

    // then
    for (long seq : new long[] {1, 2, 3}) {
      BrokerException refusal = refusal(run, publish(RUN, "p", 6, seq, 1));
      assertThat(refusal.reason()).isEqualTo(ErrorReason.ERROR_REASON_PRODUCER_FENCED);
      assertThat(refusal.metadata()).isEqualTo(Map.of("current_epoch", "7"));
    }
    assertThat(append(run, publish(RUN, "p", 7, 2, 1)).published()).isNotNull();
    assertThat(append(run, publish(RUN, "p", 8, 1, 1)).published()).isNotNull();
  }

  @Test
  void shouldAnswerARepeatWithTheSeqsOfTheFirstTime() {
    // given
    FoldedRun run =
        after(
            publish(RUN, "p", 0, 1, 2),
            publish(RUN, "q", 0, 1, 3),
            publish(RUN, "p", 0, 3, 2),
            publish(RUN, 1));

    // then
    assertRepeat(run, publish(RUN, "p", 0, 1, 2), 1, 2);
    assertRepeat(run, publish(RUN, "q", 0, 1, 3), 3, 5);
    assertRepeat(run, publish(RUN, "p", 0, 3, 2), 6, 7);
    assertRepeat(run, publish(RUN, "p", 0, 2, 1), 2, 2);
  }

  @Test
  void shouldRecogniseARepeatBeforeItSaysThatTheRunIsClosed() {
    FoldedRun run = after(publish(RUN, "p", 0, 1, 2), close(RUN));
    assertRepeat(run, publish(RUN, "p", 0, 1, 2), 1, 2);
    assertThat(refusal(run, publish(RUN, "p", 0, 3, 1)).reason())
        .isEqualTo(ErrorReason.ERROR_REASON_RUN_CLOSED);
  }

  @Test
  void shouldRecogniseARepeatWhateverHeadItExpected() {
    FoldedRun run = after(publish(RUN, "p", 0, 1, 2), publish(RUN, 4));
    Command.Publish first = publish(RUN, "p", 0, 1, 2);
    assertRepeat(
        run, new Command.Publish(RUN, first.events(), false, 0L, first.producer(), false), 1, 2);
  }

  @Test
  void shouldRefuseARepeatWithSomethingNewBehindIt() {
    BrokerException refusal =
        refusal(after(publish(RUN, "p", 0, 1, 2)), publish(RUN, "p", 0, 2, 2));
    assertThat(refusal.reason()).isEqualTo(ErrorReason.ERROR_REASON_PRODUCER_GAP);
    assertThat(refusal.metadata()).isEqualTo(Map.of("expected", "3", "actual", "2"));
  }

  @Test
  void shouldBoundTheProducersOfARun() {
    // given
    FoldedRun run =
        after(publish(RUN, "a", 0, 1, 1), publish(RUN, "b", 0, 1, 1), publish(RUN, "c", 0, 1, 1));

    // then
    BrokerException refusal = refusal(run, publish(RUN, "d", 0, 1, 1));
    assertThat(refusal.reason()).isEqualTo(ErrorReason.ERROR_REASON_OVERLOADED);
    assertThat(refusal.metadata()).isEqualTo(Map.of("limit", "3"));
    assertThat(append(run, publish(RUN, "a", 1, 1, 1)).published()).isNotNull();
    assertThat(append(run, publish(RUN, 1)).published()).isNotNull();
  }

  @Test
  void shouldRefuseToOpenARunThatExists() {
    FoldedRun run = after(publish(RUN, 1));
    assertThat(refusal(run, open(RUN, "", 1)).reason())
        .isEqualTo(ErrorReason.ERROR_REASON_RUN_ALREADY_EXISTS);
    assertThat(refusal(run, open(RUN, "req", 1)).reason())
        .isEqualTo(ErrorReason.ERROR_REASON_RUN_ALREADY_EXISTS);
  }

  @Test
  void shouldTellARepeatedOpeningFromAConflict() {
    // given
    FoldedRun run = after(open(RUN, "req", 1));
    Command.Open conflicting =
        new Command.Open(
            RUN,
            Map.of(),
            "req",
            new byte[] {2},
            null,
            List.of(),
            ErrorReason.ERROR_REASON_FORK_ALREADY_EXISTS);

    // then
    assertThat(answer(run, open(RUN, "req", 1)).duplicate()).isTrue();
    BrokerException refusal = refusal(run, conflicting);
    assertThat(refusal.reason()).isEqualTo(ErrorReason.ERROR_REASON_FORK_ALREADY_EXISTS);
    assertThat(refusal.metadata()).isEqualTo(Map.of("run_id", RUN.value()));
  }

  private FoldedRun after(Command... commands) {
    FoldedRun run = null;
    for (Command command : commands) {
      run = Fold.apply(run, position++, append(run, command));
    }
    return Objects.requireNonNull(run);
  }

  private StepRecord append(@Nullable FoldedRun run, Command command) {
    return ((Decision.Append) decider.decide(run, Decider.Related.NONE, command, NOW_US)).record();
  }

  private Applied answer(FoldedRun run, Command command) {
    return ((Decision.Answer) decider.decide(run, Decider.Related.NONE, command, NOW_US)).applied();
  }

  private void assertRepeat(FoldedRun run, Command command, long firstSeq, long lastSeq) {
    Applied applied = answer(run, command);
    assertThat(applied.duplicate()).isTrue();
    assertThat(applied.firstSeq()).isEqualTo(firstSeq);
    assertThat(applied.lastSeq()).isEqualTo(lastSeq);
  }

  private BrokerException refusal(@Nullable FoldedRun run, Command command) {
    return catchThrowableOfType(
        BrokerException.class, () -> decider.decide(run, Decider.Related.NONE, command, NOW_US));
  }
}
