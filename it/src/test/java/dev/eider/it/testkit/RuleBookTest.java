package dev.eider.it.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.eider.it.RunDigests;
import dev.eider.it.testkit.History.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A small history as it should be, and what the checker calls each way to spoil it. */
@Timeout(10)
class RuleBookTest {
  private static final String[] LOG = {"start", "a1", "a2", "b1", "b2", "c1"};

  private final History history = new History();
  private final List<StoredEvent> log = events(1, LOG);
  private final List<StoredEvent> child = events(1, "forked", "mutated");
  private final Reader reader = history.read("live", "game", 0);

  RuleBookTest() {
    acked("game", 1, "start");
    acked("game", 2, "a1", "a2");
    send("b1", "b2").expecting(3);
    send("c1");
    send("d1").refused("RUN_CLOSED");
    acked("child", 1, "forked", "mutated");
  }

  /** What is done to the history, and the rules that are broken then; without any it is sound. */
  static Stream<Arguments> histories() {
    return Stream.of(
            ofLogs(), ofRequests(), ofReaders(), ofClaims(), ofForks(), ofDeletions(), ofMirrors())
        .flatMap(part -> part);
  }

  private static Arguments history(String what, Consumer<RuleBookTest> change, Rule... broken) {
    return arguments(what, change, broken);
  }

  private static Stream<Arguments> ofLogs() {
    return Stream.of(
        history("as it should be", t -> {}),
        history("lost last record", t -> t.acked("game", 7, "e1"), Rule.ACKED_IS_STORED),
        history("lost, its seq taken", t -> t.acked("game", 6, "e1"), Rule.SEQ_REUSED),
        history("doubled event", t -> t.append("a1", "a2"), Rule.STORED_ONCE),
        history("event in two runs", t -> t.child.addAll(events(3, "c1")), Rule.STORED_ONCE),
        history(
            "doubled row", t -> t.log.add(2, t.log.get(1)), Rule.STORED_ONCE, Rule.SEQS_CONTIGUOUS),
        history("hole", t -> t.log.set(5, events(7, "c1").get(0)), Rule.SEQS_CONTIGUOUS),
        history("nobody sent it", t -> t.append("ghost"), Rule.NOTHING_INVENTED),
        history(
            "reordered pair",
            t -> t.logIs("start", "a2", "a1", "b1", "b2", "c1"),
            Rule.ACKED_AT_ITS_SEQ,
            Rule.ALL_OR_NONE),
        history(
            "before what was acked earlier",
            t -> {
              t.send("e1").acked(1);
              t.logIs("e1", "start", "a1", "a2", "b1", "b2", "c1");
            },
            Rule.REAL_TIME_ORDER),
        history(
            "unanswered, before what was seen earlier",
            t -> {
              t.send("f1");
              t.history.read("early", "game", 6).saw(events(7, "e1").get(0));
              t.send("e1");
              t.append("e1");
            },
            Rule.REAL_TIME_ORDER));
  }

  private static Stream<Arguments> ofRequests() {
    return Stream.of(
        history(
            "concurrent requests in any order",
            t -> {
              Request one = t.send("e1");
              Request two = t.send("e2");
              two.acked(7);
              one.acked(8);
              t.append("e2", "e1");
            }),
        history("row in order", t -> t.sendRow().append("e1", "e2")),
        history("row out of order", t -> t.sendRow().append("e2", "e1"), Rule.SENT_ORDER),
        history("row with a hole", t -> t.sendRow().append("e2"), Rule.SENT_ORDER),
        history("half a request", t -> t.logIs("start", "a1", "a2", "b1", "c1"), Rule.ALL_OR_NONE),
        history(
            "request torn apart",
            t -> t.logIs("start", "a1", "a2", "b1", "c1", "b2"),
            Rule.ALL_OR_NONE),
        history("unanswered requests absent", t -> t.logIs("start", "a1", "a2")),
        history("refused and stored", t -> t.append("d1"), Rule.REFUSED_IS_ABSENT),
        history(
            "behind another head",
            t -> {
              t.send("e1").expecting(5);
              t.append("e1");
            },
            Rule.EXPECTED_SEQ),
        history("import of nothing", t -> t.imported()),
        history("half an import", t -> t.imported("1"), Rule.IMPORT_WHOLE),
        history("whole import", t -> t.imported("1", "2")));
  }

  private static Stream<Arguments> ofReaders() {
    return Stream.of(
        history("reader with a gap", t -> t.sees(0, 2), Rule.READER_CONTIGUOUS),
        history("event that comes twice", t -> t.sees(0, 0), Rule.READER_CONTIGUOUS),
        history("reader that begins late", t -> t.sees(1), Rule.READER_CONTIGUOUS),
        history("reader told too much", t -> t.sees(0).complete(2), Rule.READER_COMPLETE),
        history(
            "other bytes",
            t -> t.reader.saw(StoredEvent.of(1, "start", new byte[] {1})),
            Rule.SAME_BYTES),
        history(
            "seen, its seq taken",
            t -> events(1, "start", "gone").forEach(t.reader::saw),
            Rule.SEQ_REUSED),
        history(
            "seen and taken back",
            t -> t.sees(0, 1, 2, 3, 4, 5).saw(events(7, "gone").get(0)),
            Rule.SEEN_IS_KEPT),
        history(
            "subscription that does not see an ack",
            t -> {
              t.reader.caughtUp(0);
              Reader late = t.history.read("late", "game", 0);
              late.saw(t.log.get(0));
              late.caughtUp(1);
            },
            Rule.ACK_IS_VISIBLE),
        history(
            "subscription that misses what is acked later",
            t -> {
              Reader early = t.history.read("early", "game", 6);
              t.acked("game", 7, "e1");
              early.caughtUp(6);
              t.append("e1");
            }));
  }

  private static Stream<Arguments> ofClaims() {
    return Stream.of(
        history("filter that matches", t -> t.filteredSees(1).complete(2)),
        history("filter lacks a match", t -> t.filteredSees(1).complete(6), Rule.READER_COMPLETE),
        history("filter not kept to", t -> t.filteredSees(0), Rule.READER_CONTIGUOUS),
        history(
            "closed, and goes on",
            t -> t.history.closed("CloseRun", "game", 5),
            Rule.CLOSED_STAYS_CLOSED),
        history("digest of nothing", t -> t.digest(0)),
        history("wrong digest", t -> t.digest(1), Rule.DIGEST),
        history("digest of more than there is", t -> t.digest(9), Rule.DIGEST));
  }

  private static Stream<Arguments> ofForks() {
    return Stream.of(
        history("fork of another place", t -> t.fork(2, "start", "gold 5"), Rule.FORK_EXACT),
        history("fork with another world", t -> t.fork(1, "start", "gold 4"), Rule.FORK_EXACT),
        history("fork with its prefix", t -> t.forkWith(places("game", 2))),
        history(
            "wrong prefix",
            t -> t.forkWith(List.of(new Place("game", 2), new Place("game", 1))),
            Rule.TIMELINE_EXACT),
        history("prefix too long", t -> t.forkWith(places("game", 3)), Rule.TIMELINE_EXACT),
        history("fork without its events", t -> t.child.clear(), Rule.ACKED_IS_STORED));
  }

  private static Stream<Arguments> ofDeletions() {
    return Stream.of(
        history("deleted and back", t -> t.deleted("game"), Rule.DELETED_STAYS_GONE),
        history("deleted", t -> t.deleted("gone")),
        history(
            "deleted and read",
            t -> t.deleted("gone").read("late", "gone", 0).saw(events(1, "ghost").get(0)),
            Rule.DELETED_STAYS_GONE),
        history(
            "deleted and written",
            t -> {
              t.deleted("gone");
              t.acked("gone", 1, "ghost");
            },
            Rule.DELETED_STAYS_GONE),
        history("deleted, judged by what was seen", RuleBookTest::seenAndDeleted),
        history(
            "deleted, other bytes seen",
            t -> {
              t.seenAndDeleted();
              t.history.read("other", "gone", 0).saw(StoredEvent.of(1, "e1", new byte[] {1}));
            },
            Rule.SAME_BYTES));
  }

  private static Stream<Arguments> ofMirrors() {
    List<Place> order = new ArrayList<>(places("game", 6));
    order.addAll(places("child", 2));
    List<Place> twice = new ArrayList<>(order);
    twice.add(0, order.get(0));
    return Stream.of(
        history("whole mirror", t -> t.mirror(order, order, true)),
        history("beginning of a mirror", t -> t.mirror(order, order.subList(0, 3), false)),
        history("mirror of one run", t -> t.mirror(order, places("child", 2), true)),
        history(
            "mirror that lacks the end",
            t -> t.mirror(order, order.subList(0, 7), true),
            Rule.LOG_ORDER),
        history("doubled in a mirror", t -> t.mirror(order, twice, false), Rule.LOG_ORDER));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("histories")
  void shouldNameWhatIsBroken(String what, Consumer<RuleBookTest> change, Rule[] broken) {
    change.accept(this);
    history.finalLog("game", log);
    history.finalLog("child", child);

    List<Violation> violations = RuleBook.violations(history);

    assertThat(violations).as(what).extracting(Violation::rule).contains(broken);
    assertThat(violations.isEmpty()).as(what).isEqualTo(broken.length == 0);
  }

  @Test
  void shouldSayWhatShowsIt() {
    Request last = acked("game", 7, "e1");
    history.finalLog("game", log);
    history.finalLog("child", child);

    assertThat(RuleBook.violations(history))
        .extracting(Violation::rule)
        .containsOnly(Rule.ACKED_IS_STORED);
    assertThatThrownBy(() -> RuleBook.check(history))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("ACKED_IS_STORED")
        .hasMessageContaining(last.toString());
  }

  private Request send(String... ids) {
    return history.send("game", List.of(ids));
  }

  private RuleBookTest sendRow() {
    Request one = send("e1");
    send("e2").after(one);
    return this;
  }

  private Request acked(String runId, long firstSeq, String... ids) {
    Request request = history.send(runId, List.of(ids));
    request.acked(firstSeq);
    return request;
  }

  private void append(String... ids) {
    log.addAll(events(7, ids));
  }

  private void logIs(String... ids) {
    log.clear();
    log.addAll(events(1, ids));
  }

  /** Imports a file of two runs, of which these are there in the end. */
  private void imported(String... runs) {
    history.importing(
        Stream.of("1", "2").map(run -> history.send("file-" + run, List.of("i" + run))).toList());
    for (String run : runs) {
      history.finalLog("file-" + run, events(1, "i" + run));
    }
  }

  private Reader sees(int... indexes) {
    for (int index : indexes) {
      reader.saw(log.get(index));
    }
    return reader;
  }

  private Reader filteredSees(int index) {
    Reader filtered = history.read("a", "game", 0).filtered(e -> e.id().startsWith("a"));
    filtered.saw(log.get(index));
    return filtered;
  }

  private void digest(long seq) {
    history.digest("GetRun", "game", seq, RunDigests.initial("game"));
  }

  private void fork(long parentSeq, String turnStartId, String toldWorld) {
    history.forked(new Fork("child", "game", parentSeq, turnStartId, "gold 5", toldWorld));
  }

  /** Forks at seq 3, and is told a timeline of these and the child's own. */
  private void forkWith(List<Place> inherited) {
    fork(3, "a2", "gold 5");
    List<Timeline.Part> parts = new ArrayList<>();
    inherited.forEach(place -> parts.add(new Timeline.Part("game", at(log, place))));
    places("child", 2).forEach(place -> parts.add(new Timeline.Part("child", at(child, place))));
    history.timeline(new Timeline("child", parts, true));
  }

  private static StoredEvent at(List<StoredEvent> events, Place place) {
    return events.get((int) place.seq() - 1);
  }

  private History deleted(String runId) {
    history.deleting(runId);
    history.deleted(runId);
    return history;
  }

  private void seenAndDeleted() {
    acked("gone", 1, "e1", "e2");
    Reader early = history.read("early", "gone", 0);
    events(1, "e1", "e2").forEach(early::saw);
    history.deleting("gone");
    history.send("gone", List.of("e3", "e4")).expecting(2);
    history.read("part", "gone", 0).filtered(e -> e.id().equals("e4")).saw(events(4, "e4").get(0));
  }

  /** Mirrors the runs that it has something of. */
  private void mirror(List<Place> order, List<Place> places, boolean isWhole) {
    history.logOrder(order);
    List<String> runIds = places.stream().map(Place::runId).toList();
    history.mirrored(
        new Mirrored("mirror", places, isWhole, place -> runIds.contains(place.runId())));
  }

  private static List<StoredEvent> events(long firstSeq, String... ids) {
    List<StoredEvent> events = new ArrayList<>();
    for (String id : ids) {
      events.add(StoredEvent.of(firstSeq + events.size(), id, id.getBytes()));
    }
    return events;
  }

  private static List<Place> places(String runId, long last) {
    return LongStream.rangeClosed(1, last).mapToObj(seq -> new Place(runId, seq)).toList();
  }
}
