package dev.eider.server.read.history;

import static dev.eider.server.run.Samples.RUN;
import static dev.eider.server.sequencer.Commands.close;
import static dev.eider.server.sequencer.Commands.publish;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.eider.server.event.EventMatcher;
import dev.eider.server.event.RunId;
import dev.eider.server.read.ColdRead;
import dev.eider.server.read.ReaderRig;
import dev.eider.server.read.SubscriptionRequest;
import dev.eider.server.read.TestSink;
import dev.eider.server.run.Parent;
import dev.eider.server.run.Samples;
import dev.eider.server.sequencer.Command;
import dev.eider.v1.ColdStreamResponse;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.SubscribeResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class InheritanceTest {
  private static final long PLENTY = 64 << 20;
  private static final RunId CHILD = new RunId("child");

  @TempDir private Path directory;
  private final TestSink<SubscribeResponse> sink = new TestSink<>();

  @Test
  void shouldTakeASeqAloneAsOneOfTheRunItself() throws Exception {
    try (ReaderRig rig = new ReaderRig(directory, PLENTY)) {
      rig.broker.apply(publish(RUN, 5));
      rig.broker.apply(fork(CHILD, RUN, 4));
      rig.broker.apply(publish(CHILD, 4));
      rig.broker.apply(close(CHILD));
      rig.subscribe(request(new ReadStart(CHILD, 3, true, null), EventMatcher.ALL), sink);
      await().until(sink::isComplete);
      assertThat(places(sink)).containsExactly("child 4", "child 5");
    }
  }

  @Test
  void shouldSayOfWhichRunItsProgressIs() throws Exception {
    try (ReaderRig rig = new ReaderRig(directory, PLENTY)) {
      // given
      rig.broker.apply(publish(RUN, 2_500));
      rig.broker.apply(fork(CHILD, RUN, 2_001));
      EventMatcher none = new EventMatcher(Set.of("fork"), Set.of(), 7, 9);

      // when
      rig.subscribe(request(new ReadStart(CHILD, 0, true, null), none), sink);

      // then
      await().until(() -> sink.story().contains("caught_up"));
      assertThat(sink.notices().get(0).getProgress().getRunId()).isEqualTo(RUN.value());
      assertThat(sink.notices().get(0).getProgress().getScannedSeq()).isBetween(1_000L, 2_000L);
      assertThat(sink.eventCount()).isZero();
    }
  }

  @Test
  void shouldReadALineageLongerThanItKeeps() throws Exception {
    try (ReaderRig rig = new ReaderRig(directory, PLENTY)) {
      // given
      int depth = Inheritance.PARTS_MAX + 50;
      List<String> expected = new ArrayList<>();
      rig.broker.apply(publish(new RunId("d0"), 2));
      for (int i = 1; i <= depth; i++) {
        rig.broker.apply(fork(new RunId("d" + i), new RunId("d" + (i - 1)), 2));
        rig.broker.apply(publish(new RunId("d" + i), 1));
        rig.broker.apply(close(new RunId("d" + (i - 1))));
        expected.add("d" + (i - 1) + " 1");
      }
      RunId deepest = new RunId("d" + depth);
      expected.add(deepest + " 1");
      expected.add(deepest + " 2");
      rig.broker.apply(close(deepest));
      rig.broker.awaitPersisted();

      // when
      rig.subscribe(request(new ReadStart(deepest, 0, true, null), EventMatcher.ALL), sink);
      TestSink<ColdStreamResponse> cold = new TestSink<>();
      ReadStart start = new ReadStart(deepest, 0, true, null);
      new ColdRead(
              new ColdRead.Request(start, Long.MAX_VALUE, EventMatcher.ALL), cold, rig.readers())
          .start();

      // then
      await().atMost(Duration.ofSeconds(60)).until(sink::isComplete);
      assertThat(places(sink)).isEqualTo(expected);
      await().atMost(Duration.ofSeconds(60)).until(cold::isComplete);
      assertThat(places(cold)).isEqualTo(expected);
    }
  }

  private static Command.Open fork(RunId child, RunId parent, long parentSeq) {
    return new Command.Open(
        child,
        Map.of(),
        "",
        new byte[0],
        new Parent(parent, 0, parentSeq, RUN),
        Samples.metrics(1),
        ErrorReason.ERROR_REASON_FORK_ALREADY_EXISTS);
  }

  private static SubscriptionRequest request(ReadStart start, EventMatcher matcher) {
    return new SubscriptionRequest(start, matcher, false, 100, true);
  }

  private static List<String> places(TestSink<?> sink) {
    return sink.events().stream()
        .map(event -> event.parse().getRunId() + " " + event.seq())
        .toList();
  }
}
