package dev.eider.server.read;

import static dev.eider.server.run.Samples.RUN;
import static dev.eider.server.sequencer.Commands.close;
import static dev.eider.server.sequencer.Commands.publish;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.eider.server.base.BrokerException;
import dev.eider.server.event.LogPlace;
import dev.eider.server.event.LogSelection;
import dev.eider.server.event.RunId;
import dev.eider.server.event.SequencedEvent;
import dev.eider.server.read.history.ResumeToken;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.SubscribeAllResponse;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class LogSubscriptionTest {
  private static final RunId OTHER = new RunId("game-2");
  private static final long PLENTY = 64 << 20;

  @TempDir private Path directory;
  private final TestSink<SubscribeAllResponse> sink = new TestSink<>();

  @Test
  void shouldServeASlowReaderFromDuckDb() throws Exception {
    try (ReaderRig rig = new ReaderRig(directory, 0)) {
      // given
      TestSink<SubscribeAllResponse> fast = new TestSink<>();
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
      await().untilAsserted(() -> assertThat(sink.story()).endsWith("caught_up"));
      assertThat(names(sink)).isEqualTo(names(fast));
      assertThat(sink.story()).contains("fell_behind");
      rig.broker.apply(publish(RUN, 1));
      await().until(() -> sink.eventCount() == 3_006);
    }
  }

  @Test
  void shouldGiveExactlyTheRestAfterEveryToken() throws Exception {
    // given
    List<TestSink.Mark> marks;
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
      marks = List.copyOf(sink.marks());
      all = names(sink);
      shouldGiveTheRest(rig, marks, all);
    }

    // when the broker starts again and memory has nothing, then the same
    try (ReaderRig rig = new ReaderRig(directory, 0)) {
      shouldGiveTheRest(rig, marks, all);
      rig.broker.apply(publish(RUN, 1));
    }
  }

  private void shouldGiveTheRest(ReaderRig rig, List<TestSink.Mark> marks, List<String> all) {
    for (TestSink.Mark mark : marks) {
      TestSink<SubscribeAllResponse> rest = new TestSink<>();
      LogSubscription resumed = subscribe(rig, ResumeToken.parse(mark.token()), rest);
      await().until(() -> rest.story().contains("caught_up"));
      assertThat(names(rest)).isEqualTo(all.subList(mark.eventsSoFar(), all.size()));
      resumed.cancel();
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
      token = sink.marks().get(0).token();
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
    TestSink<SubscribeAllResponse> refused = new TestSink<>();
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
      assertThat(sink.seqs()).containsExactly(1L, 2L, 3L, 4L);
    }
  }

  @Test
  void shouldBoundTheStreamsAndForgetThem() throws Exception {
    try (ReaderRig rig = new ReaderRig(directory, PLENTY)) {
      List<LogSubscription> open = new ArrayList<>();
      open.add(subscribe(rig, ResumeToken.START, sink));
      open.add(subscribe(rig, ResumeToken.START, new TestSink<>()));
      assertThatThrownBy(() -> subscribe(rig, ResumeToken.START, new TestSink<>()))
          .isInstanceOf(BrokerException.class)
          .hasMessageContaining("its limit of 2 open streams of all runs");
      open.forEach(LogSubscription::cancel);
      WeakReference<LogSubscription> gone = new WeakReference<>(open.get(1));
      open.clear();
      ReaderRig.awaitForgotten(gone);
      assertThat(rig.registry.count()).isZero();
      subscribe(rig, ResumeToken.START, new TestSink<>()).cancel();
    }
  }

  private static LogSubscription subscribe(
      ReaderRig rig, ResumeToken token, TestSink<SubscribeAllResponse> sink) {
    LogSubscription subscription =
        new LogSubscription(
            new LogSubscriptionRequest(token, LogSelection.ALL, 100, true), sink, rig.readers());
    subscription.start();
    return subscription;
  }

  /** Run, seq and hash of each event, in order. */
  private static List<String> names(TestSink<?> sink) {
    return sink.events().stream()
        .map(SequencedEvent::parse)
        .map(one -> one.getRunId() + " " + one.getSeq() + " " + one.getEvent().hashCode())
        .toList();
  }
}
