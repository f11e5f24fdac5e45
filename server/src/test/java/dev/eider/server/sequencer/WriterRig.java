package dev.eider.server.sequencer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.eider.server.base.BrokerException;
import dev.eider.server.base.SystemThreads;
import dev.eider.server.event.RunId;
import dev.eider.server.hub.Hub;
import dev.eider.server.hub.HubBounds;
import dev.eider.server.hub.PersistProgress;
import dev.eider.server.hub.RunTail;
import dev.eider.server.log.MemoryLog;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.runs.RunIndex;
import dev.eider.server.runs.StoredRuns;
import dev.eider.v1.ErrorReason;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A run writer over a log in memory; what DuckDB would hold is in a map. */
final class WriterRig implements AfterEachCallback {
  private static final SequencerConfig CONFIG =
      new SequencerConfig(
          false, 10, 10_000, 64 << 20, 8 << 20, 1_000, 3, 192 << 20, 1 << 20, 60_000);

  final TestClock clock = new TestClock();
  final List<PublishHealth> healths = new CopyOnWriteArrayList<>();
  final List<Throwable> defects = new CopyOnWriteArrayList<>();
  private final SequencerConfig config;
  MemoryLog log = new MemoryLog();
  StoredRuns stored;
  Hub hub;
  RunIndex index;
  RunWriter writer;

  WriterRig() {
    this(CONFIG);
  }

  WriterRig(SequencerConfig config) {
    this.config = config;
    start();
  }

  private void start() {
    stored = new StoredRuns();
    hub =
        new Hub(
            new HubBounds(64 << 20, Long.MAX_VALUE / 2, Long.MAX_VALUE), new PersistProgress(0));
    index = new RunIndex(hub, stored);
    LogApplier applier = new LogApplier(hub, index, clock, config.graceMs());
    applier.replay(log, 0);
    writer =
        new RunWriter(
            log,
            applier,
            clock,
            config,
            SystemThreads.INSTANCE,
            healths::add,
            (worker, defect) -> defects.add(defect));
  }

  /** Starts anew on what a loss of power leaves of the log. */
  void restart() throws InterruptedException {
    stop();
    log = log.afterCrash();
    start();
  }

  Applied apply(Command command) throws Exception {
    return writer.execute(command).get(20, TimeUnit.SECONDS);
  }

  /** The refusal that a command meets. */
  BrokerException refusalOf(Command command) {
    return (BrokerException)
        catchThrowableOfType(ExecutionException.class, () -> apply(command)).getCause();
  }

  void shouldRefuse(Command command, String reason) {
    assertThat(refusalOf(command).reason())
        .isEqualTo(ErrorReason.valueOf("ERROR_REASON_" + reason));
  }

  /** Does what the persister does, at once. */
  void persist() {
    List<FoldedRun> runs = hub.runs().stream().map(RunTail::run).toList();
    runs.forEach(stored::put);
    hub.persisted(runs, log.endPosition());
  }

  FoldedRun run(RunId runId) {
    return Objects.requireNonNull(hub.find(runId), "run " + runId + " is not in memory").run();
  }

  void stop() throws InterruptedException {
    assertThat(writer.stop(20_000)).isTrue();
    assertThat(defects).isEmpty();
  }

  @Override
  public void afterEach(ExtensionContext context) throws InterruptedException {
    stop();
  }
}
