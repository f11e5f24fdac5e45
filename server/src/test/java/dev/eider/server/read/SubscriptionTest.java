package dev.eider.server.read;

import static dev.eider.server.read.ReaderRig.after;
import static dev.eider.server.read.ReaderRig.awaitForgotten;
import static dev.eider.server.read.ReaderRig.sink;
import static dev.eider.server.read.ReaderRig.waiting;
import static dev.eider.server.run.Samples.RUN;
import static dev.eider.server.sequencer.Commands.close;
import static dev.eider.server.sequencer.Commands.publish;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.common.util.concurrent.Uninterruptibles;
import dev.eider.server.base.BrokerException;
import dev.eider.server.event.EventMatcher;
import dev.eider.server.event.RunId;
import dev.eider.server.read.history.ReadStart;
import dev.eider.server.read.history.RunHistory;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.SubscribeResponse;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class SubscriptionTest {
  private static final long PLENTY = 64 << 20;

  @TempDir private Path directory;
  private final TestSink<SubscribeResponse> sink = sink();

  @Test
  void shouldSendHistoryAndThenWhatIsPublishedWithoutGap() throws Exception {
    try (ReaderRig rig = new ReaderRig(directory, PLENTY)) {
      // given
      rig.broker.apply(publish(RUN, 50));

      // when
      rig.subscribe(after(RUN, 10), sink);
      for (int i = 0; i < 100; i++) {
        rig.broker.apply(publish(RUN, 3));
      }
      await().until(() -> sink.eventCount() == 340);
      rig.broker.apply(close(RUN));

      // then
      await().until(sink::isComplete);
      assertThat(sink.seqs()).isEqualTo(seqs(11, 350));
      assertThat(sink.story()).contains("caught_up").doesNotContain("fell_behind");
      SubscribeResponse last = sink.notices().get(sink.notices().size() - 1);
      assertThat(last.getRunClosed().getFinalSeq()).isEqualTo(350);
      assertThat(rig.registry.count()).isZero();
    }
  }

  @Test
  void shouldEndWhenTheFileIsDamaged() throws Exception {
    try (ReaderRig rig = new ReaderRig(directory, PLENTY)) {
      // given
      RunHistory damaged = new RunHistory(rig.broker.hub, new DamagedReader());

      // when
      new Subscription(after(RUN, 0), sink, rig.readers(damaged)).start();

      // then
      await().until(() -> sink.refusal() != null);
      BrokerException refusal = Objects.requireNonNull(sink.refusal());
      assertThat(refusal.reason()).isEqualTo(ErrorReason.ERROR_REASON_STORAGE_UNAVAILABLE);
      assertThat(refusal.metadata()).containsEntry("damaged", "true");
      assertThat(rig.registry.count()).isZero();
    }
  }

  @Test
  void shouldServeASlowReaderFromDuckDb() throws Exception {
    try (ReaderRig rig = new ReaderRig(directory, 0)) {
      // given
      rig.broker.apply(publish(RUN, 5));
      Subscription subscription = rig.subscribe(after(RUN, 0), sink);
      await().until(() -> sink.story().contains("caught_up"));
      sink.setReady(false);
      for (int i = 0; i < 30; i++) {
        rig.broker.apply(publish(RUN, 100));
      }
      rig.broker.awaitPersisted();
      await().until(() -> rig.broker.hub.tailBytes() == 0);
      assertThat(sink.eventCount()).isEqualTo(5);

      // when
      sink.setReady(true);
      subscription.wake();

      // then
      await().until(() -> sink.story().size() >= 5);
      assertThat(sink.seqs()).isEqualTo(seqs(1, 3_005));
      assertThat(sink.story())
          .containsExactly("events", "caught_up", "fell_behind", "events", "caught_up");
      assertThat(sink.notices().get(1).getFellBehind().getSeq()).isEqualTo(5);
      assertThat(sink.notices().get(2).getCaughtUp().getHeadSeq()).isEqualTo(3_005);
    }
  }

  @Test
  void shouldSendWhatOthersHaveReadWhileDuckDbIsBusy() throws Exception {
    try (ReaderRig rig = new ReaderRig(directory, 0)) {
      // given a run that has left memory and was read by somebody
      rig.broker.apply(publish(RUN, 100));
      rig.broker.apply(close(RUN));
      rig.broker.awaitReaped(RUN);
      Readers readers = rig.readers(rig.historyReadAhead());
      TestSink<SubscribeResponse> first = sink();
      new Subscription(after(RUN, 0), first, readers).start();
      await().until(first::isComplete);

      // when somebody else begins elsewhere, and no thread is free to ask DuckDB
      CountDownLatch free = new CountDownLatch(1);
      for (int i = 0; i < ReaderRig.COLD_THREADS; i++) {
        rig.pools.cold().execute(() -> Uninterruptibles.awaitUninterruptibly(free));
      }
      new Subscription(after(RUN, 10), sink, readers).start();

      // then
      await().until(sink::isComplete);
      free.countDown();
      assertThat(sink.seqs()).isEqualTo(seqs(11, 100));
    }
  }

  @Test
  void shouldGiveTheSameBytesLiveAndLater() throws Exception {
    try (ReaderRig rig = new ReaderRig(directory, 0)) {
      // given
      TestSink<SubscribeResponse> live = sink();
      rig.subscribe(waiting(RUN), live);
      rig.broker.apply(publish(RUN, 7));
      rig.broker.apply(close(RUN));
      await().until(live::isComplete);
      rig.broker.awaitReaped(RUN);

      // when
      rig.subscribe(after(RUN, 0), sink);

      // then
      await().until(sink::isComplete);
      assertThat(sink.events()).hasSize(7);
      for (int i = 0; i < 7; i++) {
        assertThat(sink.events().get(i).envelope()).isEqualTo(live.events().get(i).envelope());
      }
      assertThat(sink.notices()).last().isEqualTo(live.notices().get(live.notices().size() - 1));
    }
  }

  @Test
  void shouldWaitForARun() throws Exception {
    try (ReaderRig rig = new ReaderRig(directory, PLENTY)) {
      rig.subscribe(waiting(RUN), sink);
      rig.broker.apply(publish(new RunId("other"), 1));
      rig.broker.apply(publish(RUN, 2));
      await().until(() -> sink.eventCount() == 2);
      assertThat(sink.seqs()).containsExactly(1L, 2L);
    }
  }

  @Test
  void shouldRefuseWhatCannotBe() throws Exception {
    try (ReaderRig rig = new ReaderRig(directory, PLENTY)) {
      // given
      TestSink<SubscribeResponse> beyond = sink();
      rig.broker.apply(publish(RUN, 2));
      rig.broker.apply(close(RUN));

      // when
      rig.subscribe(after(new RunId("nobody"), 0), sink);
      rig.subscribe(after(RUN, 3), beyond);

      // then
      await().until(() -> sink.refusal() != null && beyond.refusal() != null);
      assertThat(refusal(sink).reason()).isEqualTo(ErrorReason.ERROR_REASON_RUN_NOT_FOUND);
      assertThat(refusal(beyond).reason()).isEqualTo(ErrorReason.ERROR_REASON_SEQ_BEYOND_HEAD);
      assertThat(refusal(beyond).metadata()).containsEntry("head_seq", "2");
      assertThat(rig.registry.count()).isZero();
    }
  }

  @Test
  void shouldWaitForAnOpenRunToComeToWhereItBegins() throws Exception {
    try (ReaderRig rig = new ReaderRig(directory, PLENTY)) {
      rig.broker.apply(publish(RUN, 2));
      rig.subscribe(after(RUN, 4), sink);
      rig.broker.apply(publish(RUN, 4));
      await().until(() -> sink.eventCount() == 2);
      assertThat(sink.seqs()).containsExactly(5L, 6L);
    }
  }

  @Test
  void shouldSayHowFarAFilterHasCome() throws Exception {
    try (ReaderRig rig = new ReaderRig(directory, PLENTY)) {
      // given
      rig.broker.apply(publish(RUN, 2_500));
      EventMatcher none = new EventMatcher(Set.of("fork"), Set.of(), 0, 9);

      // when
      rig.subscribe(new SubscriptionRequest(ReadStart.after(RUN, 0), none, false, 100, true), sink);

      // then
      await().until(() -> sink.story().contains("caught_up"));
      assertThat(sink.story().get(0)).isEqualTo("progress");
      assertThat(sink.notices().get(0).getProgress().getScannedSeq()).isGreaterThan(999);
      assertThat(sink.eventCount()).isZero();
    }
  }

  @Test
  void shouldSendNothingButEventsWithoutNotices() throws Exception {
    try (ReaderRig rig = new ReaderRig(directory, PLENTY)) {
      rig.broker.apply(publish(RUN, 2));
      rig.broker.apply(close(RUN));
      rig.subscribe(
          new SubscriptionRequest(ReadStart.after(RUN, 0), EventMatcher.ALL, false, 100, false),
          sink);
      await().until(sink::isComplete);
      assertThat(sink.story()).containsExactly("events");
    }
  }

  @Test
  void shouldSayAtOnceThatItIsThereWhenThereIsNothingElseToSay() throws Exception {
    try (ReaderRig rig = new ReaderRig(directory, PLENTY, 3_600_000)) {
      rig.subscribe(waiting(RUN), sink);
      await().until(() -> sink.story().equals(List.of("heartbeat")));
    }
  }

  @Test
  void shouldBeatWhileItIsIdle() throws Exception {
    try (ReaderRig rig = new ReaderRig(directory, PLENTY, 30)) {
      rig.broker.apply(publish(RUN, 2));
      TestSink<SubscribeResponse> absent = sink();
      rig.subscribe(waiting(new RunId("later")), absent);
      rig.subscribe(after(RUN, 0), sink);
      await().until(() -> sink.story().contains("heartbeat"));
      await().until(() -> absent.story().contains("heartbeat"));
      assertThat(sink.notices())
          .filteredOn(SubscribeResponse::hasHeartbeat)
          .allMatch(notice -> notice.getHeartbeat().getHeadSeq() == 2);
      assertThat(absent.notices().get(0).getHeartbeat().getHeadSeq()).isZero();
    }
  }

  @Test
  void shouldLeaveNothingBehindWhenItsCallerGoes() throws Exception {
    try (ReaderRig rig = new ReaderRig(directory, PLENTY)) {
      // given
      rig.broker.apply(publish(RUN, 2));

      // when
      WeakReference<Subscription> reading = subscribeAndCancel(rig, after(RUN, 0), "caught_up");
      WeakReference<Subscription> awaiting = subscribeAndCancel(rig, waiting(new RunId("x")), "");

      // then
      assertThat(rig.registry.count()).isZero();
      awaitForgotten(reading);
      awaitForgotten(awaiting);
    }
  }

  @Test
  void shouldBoundAndEndStreams() throws Exception {
    try (ReaderRig rig = new ReaderRig(directory, PLENTY)) {
      // given
      for (int i = 0; i < 3; i++) {
        rig.subscribe(waiting(RUN), sink);
      }

      // then
      assertThatThrownBy(() -> rig.subscribe(waiting(RUN), sink()))
          .isInstanceOf(BrokerException.class)
          .hasMessageContaining("limit of 3 open streams");

      // when
      rig.registry.endAll(BrokerException.of(ErrorReason.ERROR_REASON_SHUTTING_DOWN, "stopping"));

      // then
      await().until(() -> rig.registry.count() == 0);
      assertThat(refusal(sink).reason()).isEqualTo(ErrorReason.ERROR_REASON_SHUTTING_DOWN);
    }
  }

  private static WeakReference<Subscription> subscribeAndCancel(
      ReaderRig rig, SubscriptionRequest request, String notice) {
    TestSink<SubscribeResponse> sink = sink();
    Subscription subscription = rig.subscribe(request, sink);
    await().until(() -> notice.isEmpty() || sink.story().contains(notice));
    subscription.cancel();
    return new WeakReference<>(subscription);
  }

  private static BrokerException refusal(TestSink<?> sink) {
    return Objects.requireNonNull(sink.refusal());
  }

  private static List<Long> seqs(long first, long last) {
    return LongStream.rangeClosed(first, last).boxed().toList();
  }
}
