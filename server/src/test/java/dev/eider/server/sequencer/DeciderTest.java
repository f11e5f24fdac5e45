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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(30)
final class DeciderTest {
  private static final Decider DECIDER = new Decider(3);

  static Stream<Arguments> refusals() {
    FoldedRun two = after(publish(RUN, 2));
    FoldedRun closed = after(publish(RUN, 2), close(RUN));
    FoldedRun inLibrary = two.inLibrary();
    Command conflicting =
        new Command.Open(
            RUN,
            Map.of(),
            "req",
            new byte[] {2},
            null,
            List.of(),
            ErrorReason.ERROR_REASON_FORK_ALREADY_EXISTS);
    Map<String, String> id = Map.of("run_id", RUN.value());
    Map<String, String> closing = Map.of("head_seq", "2", "outcome", "COMPLETED");
    return Stream.of(
        refused(null, publishToExisting(RUN, 1), "RUN_NOT_FOUND", Map.of()),
        refused(null, close(RUN), "RUN_NOT_FOUND", Map.of()),
        refused(inLibrary, publish(RUN, 1), "RUN_READ_ONLY", id),
        refused(inLibrary, publishToExisting(RUN, 0), "RUN_READ_ONLY", id),
        refused(inLibrary, open(RUN, "", 1), "RUN_READ_ONLY", id),
        refused(inLibrary, close(RUN), "RUN_READ_ONLY", id),
        refused(inLibrary, Commands.delete(RUN), "RUN_READ_ONLY", id),
        refused(closed, publish(RUN, 1), "RUN_CLOSED", closing),
        refused(
            closed, new Command.Close(RUN, RunOutcome.RUN_OUTCOME_FAILED), "RUN_CLOSED", closing),
        refused(two, publishAt(RUN, 1L, 1), "SEQ_MISMATCH", mismatch(1, 2)),
        refused(two, publishAt(RUN, 0L, 1), "SEQ_MISMATCH", mismatch(0, 2)),
        refused(null, publishAt(RUN, 1L, 1), "SEQ_MISMATCH", mismatch(1, 0)),
        refused(two, open(RUN, "", 1), "RUN_ALREADY_EXISTS", Map.of()),
        refused(two, open(RUN, "req", 1), "RUN_ALREADY_EXISTS", Map.of()),
        refused(after(open(RUN, "req", 1)), conflicting, "FORK_ALREADY_EXISTS", id));
  }

  static Stream<Arguments> refusalsOfProducers() {
    FoldedRun run = after(publish(RUN, "p", 0, 1, 2));
    FoldedRun newer = after(publish(RUN, "p", 0, 1, 2), publish(RUN, "p", 7, 1, 1));
    FoldedRun closed = after(publish(RUN, "p", 0, 1, 2), publish(RUN, "p", 7, 1, 1), close(RUN));
    FoldedRun full =
        after(publish(RUN, "a", 0, 1, 1), publish(RUN, "b", 0, 1, 1), publish(RUN, "c", 0, 1, 1));
    Map<String, String> fence = Map.of("current_epoch", "7");
    return Stream.of(
        refused(run, publish(RUN, "p", 0, 5, 1), "PRODUCER_GAP", mismatch(3, 5)),
        refused(run, publish(RUN, "q", 0, 2, 1), "PRODUCER_GAP", mismatch(1, 2)),
        refused(run, publish(RUN, "p", 1, 3, 1), "PRODUCER_GAP", mismatch(1, 3)),
        refused(null, publish(RUN, "p", 0, 2, 1), "PRODUCER_GAP", mismatch(1, 2)),
        // a repeat with something new behind it
        refused(run, publish(RUN, "p", 0, 2, 2), "PRODUCER_GAP", mismatch(3, 2)),
        refused(newer, publish(RUN, "p", 6, 1, 1), "PRODUCER_FENCED", fence),
        refused(newer, publish(RUN, "p", 6, 2, 1), "PRODUCER_FENCED", fence),
        refused(newer, publish(RUN, "p", 6, 3, 1), "PRODUCER_FENCED", fence),
        // RUN_CLOSED would say that these events, which are stored, are not
        refused(closed, publish(RUN, "p", 0, 1, 2), "PRODUCER_FENCED", fence),
        refused(
            closed,
            publish(RUN, "p", 7, 2, 1),
            "RUN_CLOSED",
            Map.of("head_seq", "3", "outcome", "COMPLETED")),
        refused(full, publish(RUN, "d", 0, 1, 1), "OVERLOADED", Map.of("limit", "3")));
  }

  @ParameterizedTest
  @MethodSource({"refusals", "refusalsOfProducers"})
  void shouldRefuse(
      @Nullable FoldedRun run, Command command, String reason, Map<String, String> metadata) {
    BrokerException refusal =
        catchThrowableOfType(BrokerException.class, () -> decide(run, command));
    assertThat(refusal.reason()).isEqualTo(ErrorReason.valueOf("ERROR_REASON_" + reason));
    assertThat(refusal.metadata()).isEqualTo(metadata);
  }

  static Stream<Arguments> accepted() {
    FoldedRun two = after(publish(RUN, 2));
    FoldedRun newer = after(publish(RUN, "p", 0, 1, 2), publish(RUN, "p", 7, 1, 1));
    FoldedRun full =
        after(publish(RUN, "a", 0, 1, 1), publish(RUN, "b", 0, 1, 1), publish(RUN, "c", 0, 1, 1));
    return Stream.of(
        Arguments.of(two, publishAt(RUN, 2L, 1), 3),
        Arguments.of(null, publishAt(RUN, 0L, 1), 1),
        Arguments.of(newer, publish(RUN, "p", 7, 2, 1), 4),
        Arguments.of(newer, publish(RUN, "p", 8, 1, 1), 4),
        Arguments.of(full, publish(RUN, "a", 1, 1, 1), 4),
        Arguments.of(full, publish(RUN, 1), 4));
  }

  @ParameterizedTest
  @MethodSource("accepted")
  void shouldPublishBehindTheHead(@Nullable FoldedRun run, Command command, long firstSeq) {
    StepRecord record = append(run, command);
    assertThat(Objects.requireNonNull(record.published()).firstSeq()).isEqualTo(firstSeq);
    assertThat(record.opened() == null).isEqualTo(run != null);
    assertThat(record.timeUs()).isEqualTo(NOW_US);
    assertThat(record.closed()).isNull();
  }

  @Test
  void shouldOpenWithoutEvents() {
    StepRecord record = append(null, publish(RUN, 0));
    assertThat(record.opened()).isNotNull();
    assertThat(record.published()).isNull();
  }

  @Test
  void shouldContinueAndCloseInOneRecord() {
    StepRecord record =
        append(
            after(publish(RUN, 2)),
            new Command.Publish(RUN, Samples.metrics(3), false, 2L, null, true));
    assertThat(record.opened()).isNull();
    assertThat(Objects.requireNonNull(record.published()).firstSeq()).isEqualTo(3);
    assertThat(Objects.requireNonNull(record.closed()).outcome())
        .isEqualTo(RunOutcome.RUN_OUTCOME_COMPLETED);
  }

  static Stream<Arguments> answered() {
    FoldedRun closed = after(publish(RUN, "p", 0, 1, 2), close(RUN));
    FoldedRun mixed =
        after(
            publish(RUN, "p", 0, 1, 2),
            publish(RUN, "q", 0, 1, 3),
            publish(RUN, "p", 0, 3, 2),
            publish(RUN, 1));
    Command.Publish first = publish(RUN, "p", 0, 1, 2);
    return Stream.of(
        Arguments.of(mixed, publish(RUN, 0), false, 0, 8),
        Arguments.of(mixed, first, true, 1, 2),
        Arguments.of(mixed, publish(RUN, "q", 0, 1, 3), true, 3, 5),
        Arguments.of(mixed, publish(RUN, "p", 0, 3, 2), true, 6, 7),
        Arguments.of(mixed, publish(RUN, "p", 0, 2, 1), true, 2, 2),
        // whatever head it expected, and before it is said that the run is closed
        Arguments.of(
            mixed,
            new Command.Publish(RUN, first.events(), false, 0L, first.producer(), false),
            true,
            1,
            2),
        Arguments.of(closed, first, true, 1, 2),
        Arguments.of(closed, close(RUN), true, 0, 2),
        Arguments.of(after(open(RUN, "req", 1)), open(RUN, "req", 1), true, 0, 0));
  }

  @ParameterizedTest
  @MethodSource("answered")
  void shouldAnswerWhatChangesNothingWithTheSeqsOfTheFirstTime(
      FoldedRun run, Command command, boolean duplicate, long firstSeq, long lastSeq) {
    Applied applied = ((Decision.Answer) decide(run, command)).applied();
    assertThat(applied.duplicate()).isEqualTo(duplicate);
    assertThat(applied.firstSeq()).isEqualTo(firstSeq);
    assertThat(applied.lastSeq()).isEqualTo(lastSeq);
  }

  private static Arguments refused(
      @Nullable FoldedRun run, Command command, String reason, Map<String, String> metadata) {
    return Arguments.of(run, command, reason, metadata);
  }

  private static Map<String, String> mismatch(long expected, long actual) {
    return Map.of("expected", "" + expected, "actual", "" + actual);
  }

  private static FoldedRun after(Command... commands) {
    FoldedRun run = null;
    for (int position = 0; position < commands.length; position++) {
      run = Fold.apply(run, position, append(run, commands[position]));
    }
    return Objects.requireNonNull(run);
  }

  private static StepRecord append(@Nullable FoldedRun run, Command command) {
    return ((Decision.Append) decide(run, command)).record();
  }

  private static Decision decide(@Nullable FoldedRun run, Command command) {
    return DECIDER.decide(run, Decider.Related.NONE, command, NOW_US);
  }
}
