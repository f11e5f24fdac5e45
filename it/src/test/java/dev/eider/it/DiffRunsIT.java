package dev.eider.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.Lists;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.Value;
import dev.eider.v1.DiffRunsRequest;
import dev.eider.v1.DiffRunsResponse;
import dev.eider.v1.DiffRunsResponse.DiffSummary;
import dev.eider.v1.DiffRunsResponse.Divergence;
import dev.eider.v1.DiffRunsResponse.KindCounts;
import dev.eider.v1.Difference;
import dev.eider.v1.Event;
import dev.eider.v1.EventFilter;
import dev.eider.v1.ObservationPayload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** DiffRuns finds what was planted, counts what is there, and says equal where nothing differs. */
@Timeout(180)
class DiffRunsIT {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final int PAIRS = Scale.of("eider.it.diffPairs", 20, 50);

  @RegisterExtension
  static final DaemonExtension EXTENSION =
      new DaemonExtension().set("grace-ms", 100).set("tail-bytes-max", 1 << 18);

  private final Daemon daemon = EXTENSION.daemon();
  private final RunCalls runs = new RunCalls(daemon);
  private final Random random = Seed.random(DiffRunsIT.class);

  @Test
  void shouldFindWhatWasPlantedInEveryPair() {
    for (int pair = 0; pair < PAIRS; pair++) {
      // given two runs of the same events at other times, but for what is planted
      List<Event> left = generate(1 + random.nextInt(3_000));
      int place = random.nextInt(left.size());
      Planted planted = Planted.values()[pair % Planted.values().length];
      List<Event> right = planted.plant(left, place).stream().map(this::atAnotherTime).toList();
      String leftId = "left-" + pair;
      String rightId = "right-" + pair;
      runs.publish(leftId, left);
      runs.publish(rightId, right);
      closeSome(leftId, rightId);

      // when
      Result result =
          diff(DiffRunsRequest.newBuilder().setLeftRunId(leftId).setRightRunId(rightId));

      // then
      String what = planted + " at " + place + " of pair " + pair;
      assertThat(result.summary.getEqual()).as(what).isEqualTo(planted.difference == null);
      assertThat(result.divergences).as(what).hasSize(planted.difference == null ? 0 : 1);
      for (Divergence found : result.divergences) {
        assertThat(found.getDifference()).as(what).isEqualTo(planted.difference);
        assertThat(found.getEqualCount()).as(what).isEqualTo(place);
        assertThat(found.getLeft().getSeq()).as(what).isEqualTo(place + 1);
        assertThat(found.getLeft().getT()).as(what).isEqualTo(left.get(place).getT());
        assertThat(found.getRight().getSeq())
            .as(what)
            .isEqualTo(planted == Planted.CUT ? 0 : place + 1);
      }
      assertThat(result.kinds).as(what).isEqualTo(count(left, right, DiffRunsIT::kind));
      assertThat(result.turns)
          .as(what)
          .isEqualTo(count(left, right, event -> event.getT() + " " + kind(event)));
    }
  }

  @Test
  void shouldCompareAForkWithItsParent() {
    // given a fork that plays on as its parent did, but for one action
    List<Event> game = RecordedRuns.all().get(0).events();
    int t = 2;
    runs.publish("parent", game);
    runs.fork("parent", t, "child");
    List<Event> rest =
        new ArrayList<>(
            game.stream().filter(one -> one.getT() >= t).map(DiffRunsIT::inAnotherOrder).toList());
    int changed = rest.size() - 1;
    while (!rest.get(changed).hasAction()) {
      changed--;
    }
    Event.Builder other = rest.get(changed).toBuilder();
    other.getActionBuilder().getActionBuilder().putFields("name", Events.text("another"));
    rest.set(changed, other.build());
    runs.publish("child", rest);
    DiffRunsRequest.Builder request =
        DiffRunsRequest.newBuilder()
            .setLeftRunId("parent")
            .setRightRunId("child")
            .setIncludeInherited(true);

    // when
    Divergence atFork = diff(request).divergences.get(0);
    EventFilter actions = EventFilter.newBuilder().addKinds("action").build();
    Divergence inGame = diff(request.clone().setFilter(actions)).divergences.get(0);

    // then
    long forkSeq = runs.get("child").getParentSeq();
    assertThat(atFork.getEqualCount()).isEqualTo(forkSeq - 1);
    assertThat(atFork.getLeft().getSeq()).isEqualTo(forkSeq);
    assertThat(atFork.getRight().getRunId()).isEqualTo("child");
    assertThat(atFork.getRight().getSeq()).isEqualTo(1);
    assertThat(atFork.getRight().getKind()).isEqualTo("fork");
    assertThat(inGame.getDifference()).isEqualTo(Difference.DIFFERENCE_PAYLOAD);
    assertThat(inGame.getLeft().getSeq()).isEqualTo(game.size() - rest.size() + changed + 1);
    assertThat(inGame.getRight().getSeq()).isEqualTo(changed + 2);
    DiffRunsRequest.Builder same = request.clone().setLeftRunId("child");
    assertThat(diff(same).summary.getEqual()).isTrue();
    assertThat(diff(same).summary.getEqualCount()).isEqualTo(forkSeq - 1 + 1 + rest.size());
  }

  private Result diff(DiffRunsRequest.Builder request) {
    Result result = new Result();
    daemon.runs().diffRuns(request.build()).forEachRemaining(result::accept);
    assertThat(result.summary).isNotNull();
    return result;
  }

  private void closeSome(String left, String right) {
    switch (random.nextInt(3)) {
      case 0 -> runs.close(left);
      case 1 -> {
        runs.close(left);
        runs.close(right);
        runs.awaitReaped(SOON);
      }
      default -> {}
    }
  }

  /** Turns of up to ten events, now and then one that comes late. */
  private List<Event> generate(int count) {
    List<Event> events = new ArrayList<>();
    int t = 0;
    for (int i = 0; i < count; i++) {
      t += random.nextInt(10) == 0 ? 1 : 0;
      int at = random.nextInt(20) == 0 ? random.nextInt(t + 1) : t;
      String text = "event " + i + " " + "x".repeat(random.nextInt(200));
      events.add(
          random.nextBoolean()
              ? Events.prompt(at, text)
              : Events.metric("agent-" + random.nextInt(3), at, text, i));
    }
    return events;
  }

  private Event atAnotherTime(Event event) {
    return event.toBuilder()
        .setTs(Timestamp.newBuilder().setSeconds(random.nextInt(1_000_000_000)))
        .setSchemaVersion(1 + random.nextInt(9))
        .setAttributes(
            Struct.newBuilder().putFields("tokens", Events.number(random.nextInt(1_000))))
        .build();
  }

  /** With the fields of its action the other way round. */
  private static Event inAnotherOrder(Event event) {
    Event.Builder other = event.toBuilder();
    if (event.hasAction()) {
      Struct.Builder fields = other.getActionBuilder().getActionBuilder().clearFields();
      Map<String, Value> before = event.getAction().getAction().getFieldsMap();
      Lists.reverse(List.copyOf(before.keySet()))
          .forEach(name -> fields.putFields(name, before.get(name)));
    }
    return other.build();
  }

  /** How often each key comes on the left, and on the right. */
  private static Map<String, List<Long>> count(
      List<Event> left, List<Event> right, Function<Event, String> key) {
    return Stream.concat(left.stream(), right.stream())
        .map(key)
        .distinct()
        .collect(
            Collectors.toMap(
                one -> one, one -> List.of(count(left, key, one), count(right, key, one))));
  }

  private static long count(List<Event> events, Function<Event, String> key, String wanted) {
    return events.stream().filter(event -> key.apply(event).equals(wanted)).count();
  }

  private static String kind(Event event) {
    return event.getPayloadCase().name().toLowerCase(Locale.ROOT);
  }

  /** What makes the second run another. */
  private enum Planted {
    NOTHING(null),
    ANOTHER_TURN(Difference.DIFFERENCE_T),
    ANOTHER_AGENT(Difference.DIFFERENCE_AGENT),
    ANOTHER_KIND(Difference.DIFFERENCE_KIND),
    ANOTHER_PAYLOAD(Difference.DIFFERENCE_PAYLOAD),
    CUT(Difference.DIFFERENCE_END);

    private final Difference difference;

    Planted(Difference difference) {
      this.difference = difference;
    }

    List<Event> plant(List<Event> events, int place) {
      List<Event> planted = new ArrayList<>(events);
      Event event = events.get(place);
      Event.Builder other = event.toBuilder();
      switch (this) {
        case NOTHING -> {}
        case ANOTHER_TURN -> other.setT(event.getT() + 1);
        case ANOTHER_AGENT -> other.setAgentId("somebody");
        case ANOTHER_KIND ->
            other.setObservation(ObservationPayload.newBuilder().setEntityCount(1));
        case ANOTHER_PAYLOAD -> {
          if (event.hasMetric()) {
            other.getMetricBuilder().setValue(-1);
          } else {
            other.getLlmPromptBuilder().setStateSummary("other");
          }
        }
        case CUT -> {
          return planted.subList(0, place);
        }
      }
      planted.set(place, other.build());
      return planted;
    }
  }

  /** What a call answered. */
  private static final class Result {
    private final List<Divergence> divergences = new ArrayList<>();
    private final Map<String, List<Long>> turns = new TreeMap<>();
    private final Map<String, List<Long>> kinds = new TreeMap<>();
    private DiffSummary summary;

    void accept(DiffRunsResponse response) {
      assertThat(summary).as("nothing comes after the summary").isNull();
      switch (response.getResponseCase()) {
        case DIVERGENCE -> divergences.add(response.getDivergence());
        case TURN -> {
          int t = response.getTurn().getT();
          response.getTurn().getKindsList().forEach(kind -> add(turns, t + " ", kind));
        }
        case SUMMARY -> {
          summary = response.getSummary();
          summary.getKindsList().forEach(kind -> add(kinds, "", kind));
        }
        case RESPONSE_NOT_SET -> throw new AssertionError("a response without anything");
      }
    }

    private static void add(Map<String, List<Long>> counts, String prefix, KindCounts kind) {
      counts.put(prefix + kind.getKind(), List.of(kind.getLeftCount(), kind.getRightCount()));
    }
  }
}
