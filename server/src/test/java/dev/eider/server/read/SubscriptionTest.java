package dev.eider.server.read;

import static dev.eider.server.read.ReaderRig.after;
import static dev.eider.server.read.ReaderRig.awaitForgotten;
import static dev.eider.server.read.ReaderRig.waiting;
import static dev.eider.server.run.Samples.RUN;
import static dev.eider.server.sequencer.Commands.close;
import static dev.eider.server.sequencer.Commands.publish;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.util.concurrent.Uninterruptibles;
import dev.eider.server.base.BrokerException;
import dev.eider.server.event.RunId;
import dev.eider.server.read.history.RunHistory;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.store.ColdReader;
import dev.eider.server.store.ForwardingColdReader;
import dev.eider.server.store.StoreException;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.SubscribeResponse;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class SubscriptionTest {
  private static final long PLENTY = 64 << 20;

  @TempDir private Path directory;
  private final TestSink<SubscribeResponse> sink = new TestSink<>();

  @Test
  void shouldEndWhenTheFileIsDamaged() throws Exception {
    try (ReaderRig rig = new ReaderRig(directory, PLENTY)) {
      // given
      ColdReader damaged =
          new ForwardingColdReader(rig.broker.store.reader()) {
            @Override
            public FoldedRun findRun(RunId runId) throws StoreException {
              throw new StoreException(
                  StoreException.Kind.DAMAGE,
                  "events.duckdb is damaged",
                  new IOException("corrupt"));
            }
          };

      // when
      new Subscription(after(RUN, 0), sink, rig.readers(new RunHistory(rig.broker.hub, damaged)))
          .start();

      // then
      await().until(() -> sink.refusal() != null);
      BrokerException refusal = Objects.requireNonNull(sink.refusal());
      assertThat(refusal.reason()).isEqualTo(ErrorReason.ERROR_REASON_STORAGE_UNAVAILABLE);
      assertThat(refusal.metadata()).containsEntry("damaged", "true");
      assertThat(rig.registry.count()).isZero();
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
      TestSink<SubscribeResponse> first = new TestSink<>();
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
  void shouldSayAtOnceThatItIsThereWhenThereIsNothingElseToSay() throws Exception {
    try (ReaderRig rig = new ReaderRig(directory, PLENTY)) {
      rig.subscribe(waiting(RUN), sink);
      await().until(() -> sink.story().equals(List.of("heartbeat")));
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

  private static WeakReference<Subscription> subscribeAndCancel(
      ReaderRig rig, SubscriptionRequest request, String notice) {
    TestSink<SubscribeResponse> sink = new TestSink<>();
    Subscription subscription = rig.subscribe(request, sink);
    await().until(() -> notice.isEmpty() || sink.story().contains(notice));
    subscription.cancel();
    return new WeakReference<>(subscription);
  }

  private static List<Long> seqs(long first, long last) {
    return LongStream.rangeClosed(first, last).boxed().toList();
  }
}
