package dev.eider.it;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.eider.v1.EventEnvelope;
import dev.eider.v1.SubscribeResponse;
import dev.eider.v1.SubscribeResponse.CaughtUp;
import dev.eider.v1.SubscribeResponse.RunClosed;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(10)
class StreamCheckerTest {
  private final StreamChecker checker = StreamChecker.after("game", 0);

  @ParameterizedTest
  @CsvSource({
    "0, false, 1 3, Reliable: seq 3",
    "7, false, 9, Reliable: seq 9",
    "0, false, 1 2 2, Unique: seq 2",
    "0, true, 2 9 5, Ordered: seq 5",
    "7, false, 7, Ordered: seq 7"
  })
  void shouldCatchWhatIsOutOfPlace(long afterSeq, boolean filtered, String seqs, String problem) {
    StreamChecker other = StreamChecker.of("game", afterSeq, filtered);
    assertThatThrownBy(() -> feed(other, seqs)).hasMessageStartingWith(problem);
  }

  @Test
  void shouldCatchAnEnvelopeOfAnotherRun() {
    assertThatThrownBy(() -> checker.accept(envelope("other", 1, 1)))
        .hasMessageStartingWith("Run: an envelope of other");
  }

  @Test
  void shouldCatchAResumeAtTheWrongPlaceAndARepeatAcrossIt() {
    feed(checker, "1 2");
    assertThatThrownBy(() -> checker.resume(1)).hasMessageStartingWith("Resumable");
    checker.resume(2);
    assertThatThrownBy(() -> feed(checker, "2")).hasMessageStartingWith("Unique: seq 2");
  }

  @Test
  void shouldCatchAMissingEnd() {
    feed(checker, "1 2");
    checker.shouldHaveAllUpTo(2);
    assertThatThrownBy(() -> checker.shouldHaveAllUpTo(3)).hasMessageStartingWith("Reliable");
  }

  @ParameterizedTest
  @CsvSource({
    "1 2=99 3, ColdEqualsLive: seq 2 differs, DurableBeforeVisible: seq 2 differs",
    "1 2, ColdEqualsLive: one reader got up to 2, DurableBeforeVisible: seq 3 was seen"
  })
  void shouldCatchAReaderThatGotSomethingElse(String seqs, String cold, String durable) {
    feed(checker, "1 2 3");
    StreamChecker other = StreamChecker.after("game", 0);
    feed(other, seqs);
    assertThatThrownBy(() -> other.shouldEqual(checker)).hasMessageStartingWith(cold);
    assertThatThrownBy(() -> other.shouldContain(checker)).hasMessageStartingWith(durable);
  }

  @Test
  void shouldCompareReadersThatBeganAtDifferentPlaces() {
    feed(checker, "1 2 3");
    StreamChecker late = StreamChecker.after("game", 2);
    feed(late, "3");
    late.shouldEqual(checker);
    checker.shouldEqual(late);
  }

  @Test
  void shouldCatchAWrongDigest() {
    feed(checker, "1 2");
    byte[] first =
        RunDigests.next(RunDigests.initial("game"), envelope("game", 1, 1).event().toByteArray());
    byte[] both = RunDigests.next(first, envelope("game", 2, 2).event().toByteArray());

    checker.shouldHaveDigest(ByteString.copyFrom(both));
    assertThatThrownBy(() -> checker.shouldHaveDigest(ByteString.copyFrom(first)))
        .hasMessageStartingWith("Digest: 2 events hash to");
  }

  @Test
  void shouldCatchACaughtUpThatIsAheadOfTheEvents() {
    feed(checker, "1 2");
    SubscribeResponse.Builder ahead =
        SubscribeResponse.newBuilder().setCaughtUp(CaughtUp.newBuilder().setHeadSeq(3));
    NoticeChecker notices = new NoticeChecker(checker);
    assertThatThrownBy(() -> notices.accept(notice(ahead)))
        .hasMessageStartingWith("Grammar: the reader is at 2");
  }

  @Test
  void shouldCatchAnythingAfterRunClosed() {
    feed(checker, "1");
    SubscribeResponse.Builder closed =
        SubscribeResponse.newBuilder().setRunClosed(RunClosed.newBuilder().setFinalSeq(1));
    NoticeChecker notices = new NoticeChecker(checker);
    notices.accept(notice(closed));
    assertThatThrownBy(() -> notices.accept(notice(closed)))
        .hasMessageStartingWith("Grammar: something came after run_closed");
  }

  private static RawResponse<SubscribeResponse> notice(SubscribeResponse.Builder notice) {
    return new RawResponse<>(notice.build(), List.of());
  }

  /** Feeds events by their seqs; {@code 2=99} is an event 2 with another value. */
  private static void feed(StreamChecker checker, String seqs) {
    for (String one : seqs.split(" ")) {
      String[] seqAndValue = one.split("=");
      checker.accept(
          envelope(
              "game",
              Long.parseLong(seqAndValue[0]),
              Double.parseDouble(seqAndValue[seqAndValue.length - 1])));
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
