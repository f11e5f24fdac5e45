package dev.eider.server.sequencer;

import static dev.eider.server.run.Samples.RUN;
import static dev.eider.server.sequencer.Commands.close;
import static dev.eider.server.sequencer.Commands.open;
import static dev.eider.server.sequencer.Commands.publish;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.eider.server.base.BrokerException;
import dev.eider.server.base.SystemThreads;
import dev.eider.server.event.RunId;
import dev.eider.server.hub.Hub;
import dev.eider.server.hub.HubBounds;
import dev.eider.server.hub.PersistProgress;
import dev.eider.server.hub.RunTail;
import dev.eider.server.log.LogWriteException.Kind;
import dev.eider.server.log.MemoryLog;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.runs.RunIndex;
import dev.eider.server.runs.StoredRuns;
import dev.eider.v1.ErrorReason;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs are written to any log that keeps the contract, not only to the one in files. */
@Timeout(60)
final class OtherLogTest {
  private static final RunId OTHER = new RunId("game-2");

  private final TestClock clock = new TestClock();
  private final List<PublishHealth> healths = new CopyOnWriteArrayList<>();
  private final List<Throwable> defects = new CopyOnWriteArrayList<>();
  private MemoryLog log = new MemoryLog();
  private Hub hub;
  private RunWriter writer;

  @BeforeEach
  void start() {
    hub =
        new Hub(
            new HubBounds(64 << 20, Long.MAX_VALUE / 2, Long.MAX_VALUE), new PersistProgress(0));
    RunIndex index = new RunIndex(hub, new StoredRuns());
    LogApplier applier = new LogApplier(hub, index, clock, WriterRig.CONFIG.graceMs());
    applier.replay(log, 0);
    writer =
        new RunWriter(
            log,
            applier,
            clock,
            WriterRig.CONFIG,
            SystemThreads.INSTANCE,
            healths::add,
            (worker, defect) -> defects.add(defect));
  }

  @AfterEach
  void stop() throws Exception {
    assertThat(writer.stop(20_000)).isTrue();
    assertThat(defects).isEmpty();
  }

  @Test
  void shouldKeepWhatItAcknowledgedThroughALossOfPower() throws Exception {
    // given
    apply(open(RUN, "req", 1));
    apply(publish(RUN, "p", 0, 1, 3));
    apply(publish(OTHER, 2));
    apply(close(OTHER));
    Map<RunId, FoldedRun> before = runs();

    // when
    stop();
    log = log.afterCrash();
    start();

    // then
    assertThat(runs()).usingRecursiveComparison().isEqualTo(before);
    assertThat(apply(publish(RUN, "p", 0, 2, 2)).duplicate()).isTrue();
    assertThat(apply(publish(RUN, "p", 0, 4, 1)).firstSeq())
        .isEqualTo(before.get(RUN).headSeq() + 1);
  }

  @Test
  void shouldRefuseWhileTheLogIsFull() throws Exception {
    // given
    apply(publish(RUN, 2));
    log.failWith(Kind.FULL);

    // when
    ErrorReason reason = refusalOf(publish(RUN, 1));

    // then
    assertThat(reason).isEqualTo(ErrorReason.ERROR_REASON_STORAGE_FULL);
    assertThat(runs().get(RUN).headSeq()).isEqualTo(2);

    // when
    log.failWith(null);
    await()
        .untilAsserted(
            () -> {
              clock.advance(1_000);
              assertThat(healths).containsExactly(PublishHealth.FULL, PublishHealth.OK);
            });

    // then
    assertThat(apply(publish(RUN, 1)).firstSeq()).isEqualTo(3);
  }

  @Test
  void shouldRefuseForGoodOnceTheLogIsBroken() throws Exception {
    // given
    apply(publish(RUN, 2));
    log.failWith(Kind.BROKEN);

    // when
    ErrorReason reason = refusalOf(publish(RUN, 1));
    log.failWith(null);

    // then
    assertThat(reason).isEqualTo(ErrorReason.ERROR_REASON_STORAGE_UNAVAILABLE);
    assertThat(refusalOf(close(RUN))).isEqualTo(reason);
    assertThat(healths).containsExactly(PublishHealth.BROKEN);
  }

  private Applied apply(Command command) throws Exception {
    return writer.execute(command).get(20, TimeUnit.SECONDS);
  }

  private ErrorReason refusalOf(Command command) {
    Throwable failure =
        catchThrowable(() -> writer.execute(command).orTimeout(20, TimeUnit.SECONDS).join());
    return ((BrokerException) Objects.requireNonNull(failure.getCause())).reason();
  }

  private Map<RunId, FoldedRun> runs() {
    return hub.runs().stream().collect(Collectors.toMap(tail -> tail.run().runId(), RunTail::run));
  }
}
