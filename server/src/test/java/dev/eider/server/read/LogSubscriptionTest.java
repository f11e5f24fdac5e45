package dev.eider.server.read;

import static dev.eider.server.run.Samples.RUN;
import static dev.eider.server.sequencer.Commands.close;
import static dev.eider.server.sequencer.Commands.publish;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.eider.server.base.BrokerException;
import dev.eider.server.event.EventKind;
import dev.eider.server.event.EventMatcher;
import dev.eider.server.event.LogPlace;
import dev.eider.server.event.LogSelection;
import dev.eider.server.event.RunId;
import dev.eider.server.read.history.ResumeToken;
import dev.eider.v1.ErrorReason;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class LogSubscriptionTest {
  private static final RunId OTHER = new RunId("game-2");
  private static final long PLENTY = 64 << 20;
  private static final LogSelection FORKS =
      new LogSelection(
          new EventMatcher(Set.of(EventKind.FORK), Set.of(), Integer.MIN_VALUE, Integer.MAX_VALUE),
          Map.of());

  @TempDir private Path directory;
  private final TestLogSink sink = new TestLogSink();

  @Test
  void shouldSendHistoryAndThenWhatIsPublishedOfAllRuns() throws Exception {
    try (ReaderRig rig = new ReaderRig(directory, PLENTY)) {
      // given
      rig.broker.apply(publish(RUN, 3));
      rig.broker.apply(publish(OTHER, 2));

      // when
      subscribe(rig, ResumeToken.START, sink);
      await().until(() -> sink.story().contains("caught_up"));
      rig.broker.apply(publish(RUN, 1));
      await().until(() -> sink.eventCount() == 6);
      rig.broker.apply(publish(OTHER, 1));

      // then
      await().until(() -> sink.eventCount() == 7);
      assertThat(places(sink.names()))
          .containsExactly(
              "game-1 1", "game-1 2", "game-1 3", "game-2 1", "game-2 2", "game-1 4", "game-2 3");
      assertThat(sink.story()).containsExactly("events", "caught_up", "events");
    }
  }

  @Test
  void shouldServeASlowReaderFromDuckDb() throws Exception {
    try (ReaderRig rig = new ReaderRig(directory, 0)) {
      // given
      TestLogSink fast = new TestLogSink();
      subscribe(rig, ResumeToken.START, fast);
      LogSubscription slow = subscribe(rig, ResumeToken.START, sink);
      rig.broker.apply(publish(RUN, 5));
      await().until(() -> sink.eventCount() == 5);
      sink.setReady(false);
      for (int i = 0; i < 30; i++) {
        rig.broker.apply(publish(i % 3 == 0 ? RUN : OTHER, 100));
      }
      rig.broker.awaitPersisted();
      await().until(() -> rig.broker.hub.tailBytes() == 0);
      assertThat(sink.eventCount()).isEqualTo(5);

      // when
      sink.setReady(true);
      slow.wake();

      // then
      await().until(() -> sink.eventCount() == 3_005 && fast.eventCount() == 3_005);
      await().until(() -> last(sink.story()).equals("caught_up"));
      assertThat(sink.names()).isEqualTo(fast.names());
      assertThat(sink.story()).contains("fell_behind");
      rig.broker.apply(publish(RUN, 1));
      await().until(() -> sink.eventCount() == 3_006);
    }
  }

  @Test
  void shouldGiveExactlyTheRestAfterEveryToken() throws Exception {
    // given
    List<TestLogSink.Batch> batches;
    List<String> all;
    try (ReaderRig rig = new ReaderRig(directory, PLENTY)) {
      for (int i = 0; i < 12; i++) {
        rig.broker.apply(publish(i % 3 == 0 ? RUN : OTHER, 1 + i % 5));
      }
      new LogSubscription(
              new LogSubscriptionRequest(ResumeToken.START, LogSelection.ALL, 2, true),
              sink,
              rig.readers())
          .start();
      await().until(() -> sink.story().contains("caught_up"));
      batches = List.copyOf(sink.batches());
      all = sink.names();
      shouldGiveTheRest(rig, batches, all);
    }

    // when the broker starts again and memory has nothing, then the same
    try (ReaderRig rig = new ReaderRig(directory, 0)) {
      shouldGiveTheRest(rig, batches, all);
      rig.broker.apply(publish(RUN, 1));
    }
  }

  private void shouldGiveTheRest(ReaderRig rig, List<TestLogSink.Batch> batches, List<String> all) {
    int before = 0;
    for (TestLogSink.Batch batch : batches) {
      before += batch.names().size();
      TestLogSink rest = new TestLogSink();
      LogSubscription resumed = subscribe(rig, ResumeToken.parse(batch.token()), rest);
      await().until(() -> rest.story().contains("caught_up"));
      assertThat(rest.names()).isEqualTo(all.subList(before, all.size()));
      resumed.cancel();
    }
  }

  @Test
  void shouldMoveTheTokenPastWhatDoesNotMatch() throws Exception {
    try (ReaderRig rig = new ReaderRig(directory, PLENTY)) {
      // given
      for (int i = 0; i < 15; i++) {
        rig.broker.apply(publish(RUN, 100));
      }

      // when
      new LogSubscription(
              new LogSubscriptionRequest(ResumeToken.START, FORKS, 100, true), sink, rig.readers())
          .start();
      await().until(() -> sink.story().contains("caught_up"));

      // then
      assertThat(sink.story()).first().isEqualTo("progress");
      assertThat(ResumeToken.parse(sink.token()).place().position())
          .isGreaterThan(rig.broker.tail(RUN).run().lastPosition());
      TestLogSink rest = new TestLogSink();
      subscribe(rig, ResumeToken.parse(sink.token()), rest);
      await().until(() -> rest.story().contains("caught_up"));
      assertThat(rest.eventCount()).isZero();
    }
  }

  @Test
  void shouldRefuseATokenOfAnotherDaemon() throws Exception {
    // given a token of one daemon, and another that has an event of the same place
    byte[] token;
    try (ReaderRig rig = new ReaderRig(directory.resolve("one"), PLENTY)) {
      rig.broker.apply(publish(RUN, 3));
      subscribe(rig, ResumeToken.START, sink);
      await().until(() -> sink.eventCount() == 3);
      token = sink.token();
    }
    try (ReaderRig rig = new ReaderRig(directory.resolve("other"), PLENTY)) {
      shouldRefuse(rig, token);
      rig.broker.apply(publish(OTHER, 50));
      rig.broker.apply(publish(RUN, 3));
      rig.broker.apply(publish(RUN, 3));

      // then what it names is compared, wherever it is read
      byte[] other = new ResumeToken(0, new ResumeToken.Event(place(rig, 1), 5)).toBytes();
      shouldRefuse(rig, other);
      rig.broker.apply(close(RUN));
      rig.broker.awaitPersisted();
      rig.broker.awaitReaped(RUN);
      shouldRefuse(rig, other);
    }
  }

  private LogPlace place(ReaderRig rig, long seq) {
    return LogPlace.after(rig.broker.tail(RUN).run().lastPosition(), RUN, seq);
  }

  private void shouldRefuse(ReaderRig rig, byte[] token) {
    TestLogSink refused = new TestLogSink();
    subscribe(rig, ResumeToken.parse(token), refused);
    await().until(() -> refused.refusal() != null);
    assertThat(Objects.requireNonNull(refused.refusal()).reason())
        .isEqualTo(ErrorReason.ERROR_REASON_INVALID_RESUME_TOKEN);
    assertThat(refused.eventCount()).isZero();
  }

  @Test
  void shouldWaitForDuckDbWhereMemoryHasNothing() throws Exception {
    try (ReaderRig rig = new ReaderRig(directory, PLENTY)) {
      // given events that memory passes over before DuckDB has them
      subscribe(rig, ResumeToken.START, sink);
      rig.broker.apply(publish(RUN, 2));
      await().until(() -> sink.eventCount() == 2);
      sink.setReady(false);
      rig.broker.apply(publish(RUN, 2));
      rig.broker.hub.passOver(rig.broker.tail(RUN).run().lastPosition());

      // when
      sink.setReady(true);
      rig.broker.hub.announceAll();

      // then
      await().until(() -> sink.eventCount() == 4);
      assertThat(places(sink.names()))
          .containsExactly("game-1 1", "game-1 2", "game-1 3", "game-1 4");
    }
  }

  @Test
  void shouldBoundTheStreamsAndForgetThem() throws Exception {
    try (ReaderRig rig = new ReaderRig(directory, PLENTY)) {
      List<LogSubscription> open = new ArrayList<>();
      open.add(subscribe(rig, ResumeToken.START, sink));
      open.add(subscribe(rig, ResumeToken.START, new TestLogSink()));
      assertThatThrownBy(() -> subscribe(rig, ResumeToken.START, new TestLogSink()))
          .isInstanceOf(BrokerException.class)
          .hasMessageContaining("its limit of 2 open streams of all runs");
      open.forEach(LogSubscription::cancel);
      WeakReference<LogSubscription> gone = new WeakReference<>(open.get(1));
      open.clear();
      ReaderRig.awaitForgotten(gone);
      assertThat(rig.registry.count()).isZero();
      subscribe(rig, ResumeToken.START, new TestLogSink()).cancel();
    }
  }

  private static LogSubscription subscribe(ReaderRig rig, ResumeToken token, TestLogSink sink) {
    LogSubscription subscription =
        new LogSubscription(
            new LogSubscriptionRequest(token, LogSelection.ALL, 100, true), sink, rig.readers());
    subscription.start();
    return subscription;
  }

  private static List<String> places(List<String> names) {
    return names.stream().map(name -> name.substring(0, name.lastIndexOf(' '))).toList();
  }

  private static String last(List<String> story) {
    return story.get(story.size() - 1);
  }
}
