package dev.eider.it.overload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.client.EiderClient;
import dev.eider.client.MultiRunSink;
import dev.eider.it.ColdRead;
import dev.eider.it.Daemon;
import dev.eider.it.DaemonExtension;
import dev.eider.it.Events;
import dev.eider.it.Refusal;
import dev.eider.it.RunCalls;
import dev.eider.it.RunReader;
import dev.eider.it.Scale;
import io.grpc.Status;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** As many open runs as there may be, one too many, and a restart with all of them. */
@Timeout(900)
class OpenRunsIT {
  private static final int RUNS = Scale.of("eider.it.overload.openRuns", 2_000, 100_000);
  private static final int PROBES = Scale.of("eider.it.overload.probes", 15, 50);
  private static final Duration LONG = Duration.ofSeconds(300);

  @RegisterExtension
  static final DaemonExtension EXTENSION =
      new DaemonExtension()
          .likeLauncher()
          .jvm("-Xmx1200m")
          .jvm("-XX:+ExitOnOutOfMemoryError")
          .set("run-bytes-max", 256 << 20)
          .set("open-runs-max", RUNS);

  private final Daemon daemon = EXTENSION.daemon();
  private final RunCalls runs = new RunCalls(daemon);

  @Test
  void shouldHoldThemRefuseOneMoreAndTakeThemOverARestart() {
    // given as many open runs as may be, each with an event
    long idleBytes = heapAtRest();
    long start = System.nanoTime();
    try (EiderClient client = EiderClient.connect(daemon.target())) {
      MultiRunSink sink = client.multiRunSink();
      for (int i = 0; i < RUNS; i++) {
        sink.accept(runId(i), Events.metric("ada", 0, "n", i));
      }
      Awaitility.await("all are open")
          .atMost(LONG)
          .until(() -> daemon.counters().getRunsInMemory() == RUNS);
    }
    double openedSeconds = (System.nanoTime() - start) / 1e9;
    long fullBytes = heapAtRest();

    // when one more is opened, in either way
    Refusal opened = Refusal.of(() -> runs.open("one-more", Map.of()));
    Refusal published = Refusal.of(() -> runs.publish("one-more", Events.metrics(1, 0)));

    // then it is refused with the number, and those that are open go on
    shouldBeFull(opened);
    shouldBeFull(published);
    shouldGoOn(2);

    // and when the daemon is killed and started again, it has all of them
    start = System.nanoTime();
    daemon.kill9();
    daemon.restart();
    double restartSeconds = (System.nanoTime() - start) / 1e9;
    assertThat(daemon.counters().getRunsInMemory()).isEqualTo(RUNS);
    long restartedBytes = heapAtRest();
    shouldBeFull(Refusal.of(() -> runs.open("one-more", Map.of())));
    shouldGoOn(3);

    // and one that is closed makes room for one
    runs.close(runId(0));
    runs.open("one-more", Map.of());
    System.out.printf(
        "OpenRunsIT: %d runs opened in %.1f s, %d bytes of heap each; restarted in %.1f s, then"
            + " %d bytes each; resident %d MiB%n",
        RUNS,
        openedSeconds,
        (fullBytes - idleBytes) / RUNS,
        restartSeconds,
        (restartedBytes - idleBytes) / RUNS,
        daemon.residentBytes() >> 20);
  }

  private void shouldBeFull(Refusal refusal) {
    refusal.shouldBe(Status.Code.RESOURCE_EXHAUSTED, "OVERLOADED");
    assertThat(refusal.hasRetryDelay()).isTrue();
    assertThat(refusal.metadata()).containsEntry("limit", String.valueOf(RUNS));
  }

  /** Publishes to some of them, which get the next seq, and reads them from their start. */
  private void shouldGoOn(long nextSeq) {
    Random random = new Random(nextSeq);
    for (int i = 0; i < PROBES; i++) {
      String runId = runId(RUNS - 1 - i);
      assertThat(runs.publish(runId, Events.metrics(1, random.nextInt(9))).getFirstSeq())
          .as(runId)
          .isEqualTo(nextSeq);
      try (RunReader reader = RunReader.fromStart(daemon.channel(), runId)) {
        reader.awaitSeq(nextSeq, LONG);
        reader.close();
        reader.checker().shouldHaveAllUpTo(nextSeq);
      }
    }
    runs.awaitPersisted(runId(RUNS - 1), LONG);
    ColdRead.of(daemon.channel(), runId(RUNS - 1)).checker().shouldHaveAllUpTo(nextSeq);
  }

  /** The least that it takes, over some time in which garbage is collected. */
  private long heapAtRest() {
    runs.awaitAllPersisted(LONG);
    return daemon.heapAfterCollection();
  }

  private static String runId(int number) {
    return "open-" + number;
  }
}
