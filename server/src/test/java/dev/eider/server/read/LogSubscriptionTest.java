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
  void shouldRefuseATokenOfAnotherDaemon() throws Exception {
    // given a token of one daemon, and another that has an event of the same place
    byte[] token;
    try (ReaderRig rig = new ReaderRig(directory.resolve("one"), PLENTY)) {
      rig.broker.apply(publish(RUN, 3));
      subscribe(rig, ResumeToken.START, sink);
      await().until(() -> sink.eventCount() == 3);
      token = sink.tokens().get(0);
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
