package dev.eider.server.read.diff;

import static dev.eider.server.run.Samples.RUN;
import static dev.eider.server.sequencer.Commands.close;
import static dev.eider.server.sequencer.Commands.publish;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.Value;
import dev.eider.server.base.BrokerException;
import dev.eider.server.event.EncodedEvent;
import dev.eider.server.event.EventMatcher;
import dev.eider.server.event.RunId;
import dev.eider.server.read.ReaderRig;
import dev.eider.server.read.TestSink;
import dev.eider.server.run.Samples;
import dev.eider.v1.ActionPayload;
import dev.eider.v1.DiffRunsResponse;
import dev.eider.v1.DiffRunsResponse.DiffSummary;
import dev.eider.v1.DiffRunsResponse.Divergence;
import dev.eider.v1.DiffRunsResponse.TurnCounts;
import dev.eider.v1.Difference;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.Event;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class RunDiffTest {
  private static final long PLENTY = 64 << 20;
  private static final RunId OTHER = new RunId("other");

  @TempDir private Path directory;
  private final TestSink<DiffRunsResponse> sink =
      new TestSink<>(one -> one.getResponseCase().name().toLowerCase(Locale.ROOT));

  @Test
  void shouldSayEqualWhateverTheClockAndTheOrderOfFieldsWere() throws Exception {
    try (ReaderRig rig = new ReaderRig(directory, PLENTY)) {
      // given
      Event one = action("a", "b");
      Event two = action("b", "a");
      assertThat(one.toByteString()).isNotEqualTo(two.toByteString());
      Event later =
          two.toBuilder()
              .setTs(Timestamp.newBuilder().setSeconds(9))
              .setSchemaVersion(2)
              .setAttributes(Struct.newBuilder().putFields("tokens", number(3)))
              .build();
      rig.broker.apply(publish(RUN, List.of(EncodedEvent.of(one))));
      rig.broker.apply(publish(OTHER, List.of(EncodedEvent.of(later))));

      // when
      diff(rig, RUN, OTHER);

      // then
      assertThat(sink.story()).containsExactly("turn", "summary");
      assertThat(summary().getEqual()).isTrue();
      assertThat(summary().getEqualCount()).isEqualTo(1);
    }
  }

  @Test
  void shouldFindTheFirstDifferenceAndCountOn() throws Exception {
    for (long tailBytesMax : new long[] {0, PLENTY}) {
      Path place = directory.resolve("tail-" + tailBytesMax);
      try (ReaderRig rig = new ReaderRig(place, tailBytesMax)) {
        // given 2,000 events of which two differ, and one more
        List<EncodedEvent> left = Samples.metrics(2_000);
        List<EncodedEvent> right = new ArrayList<>(left);
        right.set(1_234, EncodedEvent.of(Samples.metric("bob", 1_234)));
        right.set(1_500, EncodedEvent.of(Samples.metric("ada", 7)));
        right.add(EncodedEvent.of(Samples.turnStart(2_000)));
        rig.broker.apply(publish(RUN, left));
        rig.broker.apply(publish(OTHER, right));
        rig.broker.awaitPersisted();
        TestSink<DiffRunsResponse> own =
            new TestSink<>(one -> one.getResponseCase().name().toLowerCase(Locale.ROOT));

        // when
        new RunDiff(request(RUN, OTHER), own.ofNotices(), rig.readers()).start();
        await().until(own::isComplete);

        // then
        Divergence found =
            own.notices().stream()
                .filter(DiffRunsResponse::hasDivergence)
                .findFirst()
                .orElseThrow()
                .getDivergence();
        assertThat(found.getDifference()).isEqualTo(Difference.DIFFERENCE_AGENT);
        assertThat(found.getEqualCount()).isEqualTo(1_234);
        assertThat(found.getLeft().getSeq()).isEqualTo(1_235);
        assertThat(found.getRight().getSeq()).isEqualTo(1_235);
        assertThat(found.getRight().getT()).isEqualTo(1_234);
        assertThat(own.story().stream().filter("divergence"::equals)).hasSize(1);
        assertThat(own.story()).endsWith("summary");
        shouldCount(own);
      }
    }
  }

  private static void shouldCount(TestSink<DiffRunsResponse> own) {
    DiffSummary summary = own.notices().get(own.notices().size() - 1).getSummary();
    assertThat(summary.getEqual()).isFalse();
    assertThat(summary.getKindsList())
        .extracting(kind -> kind.getKind() + kind.getLeftCount() + "/" + kind.getRightCount())
        .containsExactly("metric2000/2000", "turn_start0/1");
    Map<Integer, Long> right = new TreeMap<>();
    for (DiffRunsResponse response : own.notices()) {
      TurnCounts turn = response.getTurn();
      turn.getKindsList().forEach(one -> right.merge(turn.getT(), one.getRightCount(), Long::sum));
    }
    assertThat(right).hasSize(2_001).containsEntry(7, 2L).containsEntry(1_500, 0L);
  }

  @Test
  void shouldSayWhichRunEndedFirst() throws Exception {
    try (ReaderRig rig = new ReaderRig(directory, PLENTY)) {
      rig.broker.apply(publish(RUN, 700));
      rig.broker.apply(publish(OTHER, 600));
      rig.broker.apply(close(OTHER));

      diff(rig, RUN, OTHER);

      Divergence found = sink.notices().get(sink.story().indexOf("divergence")).getDivergence();
      assertThat(found.getDifference()).isEqualTo(Difference.DIFFERENCE_END);
      assertThat(found.getLeft().getSeq()).isEqualTo(601);
      assertThat(found.hasRight()).isFalse();
      assertThat(summary().getLeftHeadSeq()).isEqualTo(700);
    }
  }

  @Test
  void shouldCompareOnlyWhatPassesTheFilter() throws Exception {
    try (ReaderRig rig = new ReaderRig(directory, PLENTY)) {
      rig.broker.apply(publish(RUN, mixed(1)));
      rig.broker.apply(publish(OTHER, mixed(3)));
      EventMatcher turns =
          new EventMatcher(Set.of("turn_start"), Set.of(), Integer.MIN_VALUE, Integer.MAX_VALUE);

      new RunDiff(new RunDiff.Request(RUN, OTHER, false, turns), sink.ofNotices(), rig.readers())
          .start();
      await().until(sink::isComplete);

      assertThat(summary().getEqual()).isTrue();
      assertThat(summary().getEqualCount()).isEqualTo(50);
    }
  }

  @Test
  void shouldBoundThemAndGiveThePlaceBack() throws Exception {
    try (ReaderRig rig = new ReaderRig(directory, PLENTY)) {
      // given as many as may be, whose callers do not read
      rig.broker.apply(publish(RUN, 3));
      sink.setReady(false);
      RunDiff first = new RunDiff(request(RUN, RUN), sink.ofNotices(), rig.readers());
      RunDiff second = new RunDiff(request(RUN, OTHER), sink.ofNotices(), rig.readers());
      first.start();

      // then
      assertThatThrownBy(() -> new RunDiff(request(RUN, RUN), sink.ofNotices(), rig.readers()))
          .isInstanceOf(BrokerException.class)
          .hasMessageContaining("limit of 2 open comparisons");

      // when one caller leaves, and the other asks for a run that is not there
      first.cancel();
      second.start();
      await().until(() -> sink.refusal() != null);

      // then
      assertThat(sink.refusal().reason()).isEqualTo(ErrorReason.ERROR_REASON_RUN_NOT_FOUND);
      assertThat(rig.registry.count()).isZero();
      sink.setReady(true);
      diff(rig, RUN, RUN);
      assertThat(summary().getEqual()).isTrue();
    }
  }

  private void diff(ReaderRig rig, RunId left, RunId right) {
    new RunDiff(request(left, right), sink.ofNotices(), rig.readers()).start();
    await().until(sink::isComplete);
  }

  private static RunDiff.Request request(RunId left, RunId right) {
    return new RunDiff.Request(left, right, false, EventMatcher.ALL);
  }

  private DiffSummary summary() {
    return sink.notices().get(sink.notices().size() - 1).getSummary();
  }

  /** Turn starts, each followed by so many metrics. */
  private static List<EncodedEvent> mixed(int metrics) {
    List<EncodedEvent> events = new ArrayList<>();
    for (int t = 0; t < 50; t++) {
      events.add(EncodedEvent.of(Samples.turnStart(t)));
      int turn = t;
      IntStream.range(0, metrics)
          .forEach(i -> events.add(EncodedEvent.of(Samples.metric("ada", turn))));
    }
    return events;
  }

  private static Event action(String first, String second) {
    Struct fields =
        Struct.newBuilder().putFields(first, number(0)).putFields(second, number(0)).build();
    return Samples.base("ada", 1).setAction(ActionPayload.newBuilder().setAction(fields)).build();
  }

  private static Value number(double value) {
    return Value.newBuilder().setNumberValue(value).build();
  }
}
