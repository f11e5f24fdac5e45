package dev.eider.it.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.it.RunDigests;
import dev.eider.it.testkit.History.Place;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A small history as it should be, and what the checker calls each way to spoil it. */
@Timeout(10)
class RuleBookTest {
  private final History history = new History();
  private final List<StoredEvent> log = events(1, "start", "a1", "a2", "b1", "b2", "c1");
  private final List<StoredEvent> child = events(1, "forked", "mutated");
  private final Reader reader = history.read("live", "game", 0);

  RuleBookTest() {
    acked("game", 1, "start");
    acked("game", 2, "a1", "a2");
    history.send("game", List.of("b1", "b2")).expecting(3);
    history.send("game", List.of("c1"));
    history.send("game", List.of("d1")).refused("RUN_CLOSED");
    acked("child", 1, "forked", "mutated");
  }

  @Test
  void shouldFindNothingWrong() {
    assertThat(violationsOf(log)).isEmpty();
  }

  @Test
  void shouldCatchALostLastRecord() {
    Request last = acked("game", 7, "e1");

    assertThat(violationsOf(log)).extracting(Violation::rule).containsOnly(Rule.ACKED_IS_STORED);
    assertThatThrownBy(() -> RuleBook.check(history))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("ACKED_IS_STORED")
        .hasMessageContaining(last.toString());
  }

  @Test
  void shouldCatchALostEventWhoseSeqWentToAnother() {
    acked("game", 6, "e1");

    shouldBreak(Rule.SEQ_REUSED, log);
  }

  @Test
  void shouldCatchASeenEventWhoseSeqWentToAnother() {
    events(1, "start", "gone").forEach(reader::saw);

    shouldBreak(Rule.SEQ_REUSED, log);
  }

  @Test
  void shouldCatchADoubledEvent() {
    log.addAll(events(7, "a1", "a2"));

    shouldBreak(Rule.STORED_ONCE, log);
  }

  @Test
  void shouldCatchAnEventInTwoRuns() {
    child.addAll(events(3, "c1"));

    shouldBreak(Rule.STORED_ONCE, log);
  }

  @Test
  void shouldCatchADoubledRow() {
    log.add(2, log.get(1));

    shouldBreak(Rule.STORED_ONCE, log);
    shouldBreak(Rule.SEQS_CONTIGUOUS, log);
  }

  @Test
  void shouldCatchAHole() {
    log.remove(5);
    log.addAll(events(7, "c1"));

    shouldBreak(Rule.SEQS_CONTIGUOUS, log);
  }

  @Test
  void shouldCatchAnEventThatNobodySent() {
    log.addAll(events(7, "ghost"));

    shouldBreak(Rule.NOTHING_INVENTED, log);
  }

  @Test
  void shouldCatchAReorderedPair() {
    shouldBreak(Rule.ACKED_AT_ITS_SEQ, events(1, "start", "a2", "a1", "b1", "b2", "c1"));
    shouldBreak(Rule.ALL_OR_NONE, events(1, "start", "a2", "a1", "b1", "b2", "c1"));
  }

  @Test
  void shouldCatchAnEventBeforeWhatWasAckedEarlier() {
    Request late = history.send("game", List.of("e1"));
    late.acked(1);

    shouldBreak(Rule.REAL_TIME_ORDER, events(1, "e1", "start", "a1", "a2", "b1", "b2", "c1"));
  }

  @Test
  void shouldCatchAnUnansweredEventBeforeWhatWasSeenEarlier() {
    history.send("game", List.of("f1"));
    history.read("early", "game", 6).saw(events(7, "e1").get(0));
    history.send("game", List.of("e1"));
    log.addAll(events(7, "e1"));

    shouldBreak(Rule.REAL_TIME_ORDER, log);
  }

  @Test
  void shouldLetConcurrentRequestsComeInAnyOrder() {
    Request one = history.send("game", List.of("e1"));
    Request two = history.send("game", List.of("e2"));
    two.acked(7);
    one.acked(8);
    log.addAll(events(7, "e2", "e1"));

    assertThat(violationsOf(log)).isEmpty();
  }

  @Test
  void shouldCatchARowOutOfOrder() {
    Request one = history.send("game", List.of("e1"));
    history.send("game", List.of("e2")).after(one);

    log.addAll(events(7, "e1", "e2"));
    assertThat(violationsOf(log)).isEmpty();
    shouldBreak(Rule.SENT_ORDER, events(1, "start", "a1", "a2", "e2", "e1"));
  }

  @Test
  void shouldCatchARowWithAHole() {
    Request one = history.send("game", List.of("e1"));
    history.send("game", List.of("e2")).after(one);
    log.addAll(events(7, "e2"));

    shouldBreak(Rule.SENT_ORDER, log);
  }

  @Test
  void shouldCatchHalfARequest() {
    shouldBreak(Rule.ALL_OR_NONE, events(1, "start", "a1", "a2", "b1", "c1"));
  }

  @Test
  void shouldCatchARequestTornApart() {
    shouldBreak(Rule.ALL_OR_NONE, events(1, "start", "a1", "a2", "b1", "c1", "b2"));
  }

  @Test
  void shouldLetAnUnansweredRequestBeAbsent() {
    assertThat(violationsOf(events(1, "start", "a1", "a2"))).isEmpty();
  }

  @Test
  void shouldCatchARefusedEvent() {
    log.addAll(events(7, "d1"));

    shouldBreak(Rule.REFUSED_IS_ABSENT, log);
  }

  @Test
  void shouldCatchARequestBehindAnotherHead() {
    history.send("game", List.of("e1")).expecting(5);
    log.addAll(events(7, "e1"));

    shouldBreak(Rule.EXPECTED_SEQ, log);
  }

  @Test
  void shouldCatchAReaderWithAGap() {
    reader.saw(log.get(0));
    reader.saw(log.get(2));

    shouldBreak(Rule.READER_CONTIGUOUS, log);
  }

  @Test
  void shouldCatchAReaderThatGetsAnEventTwice() {
    reader.saw(log.get(0));
    reader.saw(log.get(0));

    shouldBreak(Rule.READER_CONTIGUOUS, log);
  }

  @Test
  void shouldCatchAReaderThatBeginsLate() {
    reader.saw(log.get(1));

    shouldBreak(Rule.READER_CONTIGUOUS, log);
  }

  @Test
  void shouldCatchAReaderThatIsToldTooMuch() {
    reader.saw(log.get(0));
    reader.complete(2);

    shouldBreak(Rule.READER_COMPLETE, log);
  }

  @Test
  void shouldCatchOtherBytes() {
    reader.saw(StoredEvent.of(1, "start", new byte[] {1}));

    shouldBreak(Rule.SAME_BYTES, log);
  }

  @Test
  void shouldCatchASeenEventThatIsTakenBack() {
    log.forEach(reader::saw);
    reader.saw(events(7, "gone").get(0));

    shouldBreak(Rule.SEEN_IS_KEPT, log);
  }

  @Test
  void shouldCatchASubscriptionThatDoesNotSeeAnAck() {
    reader.caughtUp(0);
    Reader late = history.read("late", "game", 0);
    late.saw(log.get(0));
    late.caughtUp(1);

    shouldBreak(Rule.ACK_IS_VISIBLE, log);
  }

  @Test
  void shouldLetASubscriptionMissWhatIsAckedLater() {
    Reader early = history.read("early", "game", 6);
    acked("game", 7, "e1");
    early.caughtUp(6);
    log.addAll(events(7, "e1"));

    assertThat(violationsOf(log)).isEmpty();
  }

  @Test
  void shouldCatchAClosedRunThatGoesOn() {
    history.closed("CloseRun", "game", 5);

    shouldBreak(Rule.CLOSED_STAYS_CLOSED, log);
  }

  @Test
  void shouldCatchAForkOfAnotherPlace() {
    history.forked(new Fork("child", "game", 2, "start", "gold 5", "gold 5"));

    shouldBreak(Rule.FORK_EXACT, log);
  }

  @Test
  void shouldCatchAForkWithAnotherWorld() {
    history.forked(new Fork("child", "game", 1, "start", "gold 5", "gold 4"));

    shouldBreak(Rule.FORK_EXACT, log);
  }

  @Test
  void shouldCatchAWrongForkPrefix() {
    history.forked(new Fork("child", "game", 3, "a2", "", ""));
    List<Place> told = new ArrayList<>(places("game", 2));
    told.addAll(places("child", 2));
    history.timeline(timeline(told));
    assertThat(violationsOf(log)).isEmpty();

    Collections.swap(told, 0, 1);
    history.timeline(timeline(told));
    shouldBreak(Rule.TIMELINE_EXACT, log);
  }

  @Test
  void shouldCatchAForkPrefixThatIsTooLong() {
    history.forked(new Fork("child", "game", 3, "a2", "", ""));
    List<Place> told = new ArrayList<>(places("game", 3));
    told.addAll(places("child", 2));
    history.timeline(timeline(told));

    shouldBreak(Rule.TIMELINE_EXACT, log);
  }

  @Test
  void shouldCatchAForkWithoutItsFirstEvents() {
    child.clear();

    shouldBreak(Rule.ACKED_IS_STORED, log);
  }

  @Test
  void shouldCatchAWrongDigest() {
    history.digest("GetRun", "game", 0, RunDigests.initial("game"));
    assertThat(violationsOf(log)).isEmpty();

    history.digest("GetRun", "game", 1, RunDigests.initial("game"));
    shouldBreak(Rule.DIGEST, log);
  }

  @Test
  void shouldCatchADigestOfMoreThanThereIs() {
    history.digest("GetRun", "game", 9, RunDigests.initial("game"));

    shouldBreak(Rule.DIGEST, log);
  }

  @Test
  void shouldCatchADeletedRunThatIsBack() {
    history.deleting("game");
    history.deleted("game");

    shouldBreak(Rule.DELETED_STAYS_GONE, log);
  }

  @Test
  void shouldCatchADeletedRunThatIsReadOrWritten() {
    history.deleting("gone");
    history.deleted("gone");
    assertThat(violationsOf(log)).isEmpty();

    Reader late = history.read("late", "gone", 0);
    late.saw(events(1, "ghost").get(0));
    shouldBreak(Rule.DELETED_STAYS_GONE, log);
    acked("gone", 1, "ghost");
    shouldBreak(Rule.DELETED_STAYS_GONE, log);
  }

  @Test
  void shouldJudgeADeletedRunByWhatWasSeenOfIt() {
    acked("gone", 1, "e1", "e2");
    Reader early = history.read("early", "gone", 0);
    events(1, "e1", "e2").forEach(early::saw);
    history.deleting("gone");
    history.send("gone", List.of("e3", "e4")).expecting(2);
    history.read("part", "gone", 0).filtered(e -> e.id().equals("e4")).saw(events(4, "e4").get(0));
    assertThat(violationsOf(log)).isEmpty();

    history.read("other", "gone", 0).saw(StoredEvent.of(1, "e1", new byte[] {1}));
    shouldBreak(Rule.SAME_BYTES, log);
  }

  @Test
  void shouldCatchHalfAnImport() {
    Request first = history.send("file-1", List.of("i1"));
    Request second = history.send("file-2", List.of("i2"));
    history.importing(List.of(first, second));
    assertThat(violationsOf(log)).isEmpty();

    history.finalLog("file-1", events(1, "i1"));
    shouldBreak(Rule.IMPORT_WHOLE, log);
    history.finalLog("file-2", events(1, "i2"));
    assertThat(violationsOf(log)).isEmpty();
  }

  @Test
  void shouldCatchAMirrorOutOfOrder() {
    List<Place> order = new ArrayList<>(places("game", 6));
    order.addAll(places("child", 2));
    history.logOrder(order);
    history.mirrored(new Mirrored("whole", order, true, place -> true));
    history.mirrored(new Mirrored("beginning", order.subList(0, 3), false, place -> true));
    history.mirrored(
        new Mirrored("part", places("child", 2), true, place -> place.runId().equals("child")));
    assertThat(violationsOf(log)).isEmpty();

    history.mirrored(new Mirrored("lacking", order.subList(0, 7), true, place -> true));
    shouldBreak(Rule.LOG_ORDER, log);
  }

  @Test
  void shouldCatchADoubledEventInAMirror() {
    List<Place> twice = new ArrayList<>(places("game", 2));
    twice.addAll(1, places("game", 1));
    history.logOrder(places("game", 6));
    history.mirrored(new Mirrored("twice", twice, false, place -> true));

    shouldBreak(Rule.LOG_ORDER, log);
  }

  @Test
  void shouldCatchAFilteredReaderThatLacksAMatch() {
    Reader filtered = history.read("a", "game", 0).filtered(e -> e.id().startsWith("a"));
    filtered.saw(log.get(1));
    filtered.complete(2);
    assertThat(violationsOf(log)).isEmpty();

    filtered.complete(6);
    shouldBreak(Rule.READER_COMPLETE, log);
  }

  @Test
  void shouldCatchAFilteredReaderThatGetsWhatItDidNotAskFor() {
    history.read("a", "game", 0).filtered(e -> e.id().startsWith("a")).saw(log.get(0));

    shouldBreak(Rule.READER_CONTIGUOUS, log);
  }

  private void shouldBreak(Rule rule, List<StoredEvent> finalLog) {
    assertThat(violationsOf(finalLog)).extracting(Violation::rule).contains(rule);
  }

  private List<Violation> violationsOf(List<StoredEvent> finalLog) {
    history.finalLog("game", finalLog);
    history.finalLog("child", child);
    return RuleBook.violations(history);
  }

  private Request acked(String runId, long firstSeq, String... ids) {
    Request request = history.send(runId, List.of(ids));
    request.acked(firstSeq);
    return request;
  }

  private static List<StoredEvent> events(long firstSeq, String... ids) {
    List<StoredEvent> events = new ArrayList<>();
    for (String id : ids) {
      events.add(StoredEvent.of(firstSeq + events.size(), id, id.getBytes()));
    }
    return events;
  }

  private Timeline timeline(List<Place> places) {
    List<Timeline.Part> parts = new ArrayList<>();
    for (Place place : places) {
      List<StoredEvent> of = place.runId().equals("game") ? log : child;
      parts.add(new Timeline.Part(place.runId(), of.get((int) place.seq() - 1)));
    }
    return new Timeline("child", parts, true);
  }

  private static List<Place> places(String runId, long last) {
    return LongStream.rangeClosed(1, last).mapToObj(seq -> new Place(runId, seq)).toList();
  }
}
