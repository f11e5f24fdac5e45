package dev.eider.it;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.eider.v1.EventEnvelope;
import dev.eider.v1.SubscribeResponse;
import dev.eider.v1.SubscribeResponse.CaughtUp;
import dev.eider.v1.SubscribeResponse.RunClosed;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class StreamCheckerTest {
  private final StreamChecker checker = StreamChecker.after("game", 0);

  @Test
  void shouldTakeARunInOrder() {
    assertThatCode(() -> feed(checker, 1, 2, 3)).doesNotThrowAnyException();
  }

  @Test
  void shouldCatchAGap() {
    assertThatThrownBy(() -> feed(checker, 1, 3)).hasMessageStartingWith("Reliable: seq 3");
  }

  @Test
  void shouldCatchAMissingStart() {
    StreamChecker late = StreamChecker.after("game", 7);

    assertThatThrownBy(() -> feed(late, 9)).hasMessageStartingWith("Reliable: seq 9");
  }

  @Test
  void shouldCatchARepeat() {
    assertThatThrownBy(() -> feed(checker, 1, 2, 2)).hasMessageStartingWith("Unique: seq 2");
  }

  @Test
  void shouldCatchAReorderBehindAFilter() {
    StreamChecker filtered = StreamChecker.filtered("game", 0);

    assertThatThrownBy(() -> feed(filtered, 2, 9, 5)).hasMessageStartingWith("Ordered: seq 5");
  }

  @Test
  void shouldCatchAnEventFromBeforeTheStart() {
    StreamChecker late = StreamChecker.after("game", 7);

    assertThatThrownBy(() -> feed(late, 7)).hasMessageStartingWith("Ordered: seq 7");
  }

  @Test
  void shouldCatchAnEnvelopeOfAnotherRun() {
    assertThatThrownBy(() -> checker.accept(envelope("other", 1, 1)))
        .hasMessageStartingWith("Run: an envelope of other");
  }

  @Test
  void shouldCatchAResumeAtTheWrongPlace() {
    feed(checker, 1, 2);

    assertThatThrownBy(() -> checker.resume(1)).hasMessageStartingWith("Resumable");
  }

  @Test
  void shouldCatchARepeatAcrossAResume() {
    feed(checker, 1, 2);
    checker.resume(2);

    assertThatThrownBy(() -> feed(checker, 2)).hasMessageStartingWith("Unique: seq 2");
  }

  @Test
  void shouldCatchAMissingEnd() {
    feed(checker, 1, 2);

    assertThatThrownBy(() -> checker.shouldHaveAllUpTo(3)).hasMessageStartingWith("Reliable");
  }

  @Test
  void shouldCatchAChangedByte() {
    feed(checker, 1, 2, 3);
    StreamChecker cold = StreamChecker.after("game", 0);
    feed(cold, 1);
    cold.accept(envelope("game", 2, 99));
    feed(cold, 3);

    assertThatThrownBy(() -> cold.shouldEqual(checker))
        .hasMessageStartingWith("ColdEqualsLive: seq 2 differs");
  }

  @Test
  void shouldCompareReadersThatBeganAtDifferentPlaces() {
    feed(checker, 1, 2, 3);
    StreamChecker late = StreamChecker.after("game", 2);
    feed(late, 3);

    assertThatCode(() -> late.shouldEqual(checker)).doesNotThrowAnyException();
    assertThatCode(() -> checker.shouldEqual(late)).doesNotThrowAnyException();
  }

  @Test
  void shouldCatchAReaderThatGotLess() {
    feed(checker, 1, 2, 3);
    StreamChecker cold = StreamChecker.after("game", 0);
    feed(cold, 1, 2);

    assertThatThrownBy(() -> cold.shouldEqual(checker)).hasMessageStartingWith("ColdEqualsLive");
  }

  @Test
  void shouldCatchASeenEventThatIsGone() {
    feed(checker, 1, 2, 3);
    StreamChecker afterCrash = StreamChecker.after("game", 0);
    feed(afterCrash, 1, 2);

    assertThatThrownBy(() -> afterCrash.shouldContain(checker))
        .hasMessageStartingWith("DurableBeforeVisible: seq 3 was seen");
  }

  @Test
  void shouldCatchASeenEventThatHasChanged() {
    feed(checker, 1, 2);
    StreamChecker afterCrash = StreamChecker.after("game", 0);
    feed(afterCrash, 1);
    afterCrash.accept(envelope("game", 2, 99));
    feed(afterCrash, 3);

    assertThatThrownBy(() -> afterCrash.shouldContain(checker))
        .hasMessageStartingWith("DurableBeforeVisible: seq 2 differs");
  }

  @Test
  void shouldCatchAWrongDigest() {
    feed(checker, 1, 2);
    byte[] right = RunDigests.initial("game");
    right = RunDigests.next(right, envelope("game", 1, 1).event().toByteArray());
    byte[] short1 = right;
    byte[] full = RunDigests.next(right, envelope("game", 2, 2).event().toByteArray());

    assertThatCode(() -> checker.shouldHaveDigest(ByteString.copyFrom(full)))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> checker.shouldHaveDigest(ByteString.copyFrom(short1)))
        .hasMessageStartingWith("Digest: 2 events hash to");
  }

  @Test
  void shouldCatchACaughtUpThatIsAheadOfTheEvents() {
    NoticeChecker notices = new NoticeChecker(checker);
    feed(checker, 1, 2);

    assertThatThrownBy(
            () ->
                notices.accept(
                    notice(
                        SubscribeResponse.newBuilder()
                            .setCaughtUp(CaughtUp.newBuilder().setHeadSeq(3)))))
        .hasMessageStartingWith("Grammar: the reader is at 2");
  }

  @Test
  void shouldCatchAnythingAfterRunClosed() {
    NoticeChecker notices = new NoticeChecker(checker);
    feed(checker, 1);
    RawResponse<SubscribeResponse> closed =
        notice(SubscribeResponse.newBuilder().setRunClosed(RunClosed.newBuilder().setFinalSeq(1)));
    notices.accept(closed);

    assertThatThrownBy(() -> notices.accept(closed))
        .hasMessageStartingWith("Grammar: something came after run_closed");
  }

  private static RawResponse<SubscribeResponse> notice(SubscribeResponse.Builder notice) {
    return new RawResponse<>(notice.build(), List.of());
  }

  private static void feed(StreamChecker checker, long... seqs) {
    for (long seq : seqs) {
      checker.accept(envelope("game", seq, seq));
    }
  }

  private static RawEnvelope envelope(String runId, long seq, double value) {
    return RawEnvelope.of(
        EventEnvelope.newBuilder()
            .setRunId(runId)
            .setSeq(seq)
            .setEvent(Events.metric("ada", 0, "n", value))
            .build());
  }
}
