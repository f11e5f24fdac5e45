package dev.eider.bench.peer;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.eider.bench.BenchEvent;
import dev.eider.bench.Peer;
import dev.eider.bench.Workload;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * That each store keeps what it is given, in order, so that its figures are about the same work.
 */
@Timeout(300)
final class PeersTest {
  private static final int RUNS = 3;
  private static final int ROUNDS = 20;
  private static final int BATCH = 50;
  private static final int EVENTS_A_RUN = ROUNDS * (BATCH + 1);

  private final Workload workload = Workload.synthetic();

  @TempDir Path directory;

  static Stream<Peer> peers() {
    return ServiceLoader.load(Peer.class).stream().map(ServiceLoader.Provider::get);
  }

  @ParameterizedTest
  @MethodSource("peers")
  void shouldKeepEveryEventInOrder(Peer peer) throws Exception {
    assumeTrue(peer.missing().isEmpty(), () -> peer.name() + ": " + peer.missing().orElseThrow());
    try (peer) {
      // given
      peer.start(directory, RUNS);
      Seen early = new Seen(1);
      Seen late = new Seen(1);

      // when
      try (AutoCloseable following = peer.follow(1, early)) {
        publish(peer);
        try (AutoCloseable behind = peer.follow(1, late)) {
          await().atMost(60, SECONDS).until(() -> late.last.get() == EVENTS_A_RUN);
        }
        await().atMost(60, SECONDS).until(() -> early.last.get() == EVENTS_A_RUN);
      }
      peer.settle();
      peer.restart();

      // then
      Seen one = new Seen(2);
      assertThat(peer.replay(2, one)).isEqualTo(EVENTS_A_RUN);
      assertThat(one.last).hasValue(EVENTS_A_RUN);
      AtomicLong told = new AtomicLong();
      assertThat(peer.replayAll((run, firstSeq, count) -> told.addAndGet(count)))
          .isEqualTo(RUNS * EVENTS_A_RUN);
      assertThat(told).hasValue(RUNS * EVENTS_A_RUN);
      assertThat(peer.bytesOnDisk()).isGreaterThan(RUNS * EVENTS_A_RUN * 100L);
      answerQuestions(peer);
      assertThat(early.gaps + late.gaps + one.gaps).isZero();
    }
  }

  /** Batches and single events by turns, all under way together. */
  private void publish(Peer peer) throws Exception {
    List<CompletableFuture<Void>> acks = new ArrayList<>();
    try (Peer.Publisher publisher = peer.publisher()) {
      for (int round = 0; round < ROUNDS; round++) {
        List<BenchEvent> batch = workload.batch(round * 100L, BATCH);
        for (int run = 0; run < RUNS; run++) {
          acks.add(publisher.publish(run, batch));
          acks.add(publisher.publish(run, workload.batch(round, 1)));
        }
      }
      CompletableFuture.allOf(acks.toArray(CompletableFuture[]::new)).get(60, SECONDS);
    }
  }

  /** Four agents have four kinds of events; each metric's last value is ranked once. */
  private static void answerQuestions(Peer peer) throws Exception {
    var asked = peer.queries();
    if (asked.isPresent()) {
      try (Peer.Queries queries = asked.get()) {
        assertThat(queries.groupBy()).isEqualTo(4 * 4);
        assertThat(queries.ranking()).isBetween(1L, RUNS * 4L * 10L);
      }
    }
  }

  private static final class Seen implements Peer.Sink {
    private final int run;
    private final AtomicLong last = new AtomicLong();

    /** Written by the reading thread before {@link #last}, read after it. */
    private int gaps;

    Seen(int run) {
      this.run = run;
    }

    @Override
    public void accept(int ofRun, long firstSeq, int count) {
      if (ofRun != run || firstSeq != last.get() + 1) {
        gaps++;
      }
      last.set(firstSeq + count - 1);
    }
  }
}
