package dev.eider.server.sequencer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.eider.server.base.BrokerException;
import dev.eider.server.base.SystemThreads;
import dev.eider.server.event.RunId;
import dev.eider.server.hub.Hub;
import dev.eider.server.hub.HubBounds;
import dev.eider.server.hub.PersistProgress;
import dev.eider.server.hub.RunTail;
import dev.eider.server.log.segment.FileDisk;
import dev.eider.server.log.segment.LogConfig;
import dev.eider.server.log.segment.SegmentedLog;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.runs.RunIndex;
import dev.eider.server.runs.StoredRuns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A run writer over a real log on disk; what DuckDB would hold is in a map. */
final class WriterRig implements AutoCloseable {
  static final SequencerConfig CONFIG =
      new SequencerConfig(
          false, 10, 10_000, 64 << 20, 8 << 20, 1_000, 3, 192 << 20, 1 << 20, 60_000);

  final TestClock clock = new TestClock();
  final List<PublishHealth> healths = new CopyOnWriteArrayList<>();
  final List<Throwable> defects = new CopyOnWriteArrayList<>();
  final SickDisk disk;
  final SegmentedLog log;
  final Hub hub =
      new Hub(new HubBounds(64 << 20, Long.MAX_VALUE / 2, Long.MAX_VALUE), new PersistProgress(0));
  final StoredRuns stored = new StoredRuns();
  final RunIndex index = new RunIndex(hub, stored);
  final RunWriter writer;

  WriterRig(Path directory) throws IOException {
    this(directory, CONFIG);
  }

  WriterRig(Path directory, SequencerConfig config) throws IOException {
    Files.createDirectories(directory);
    disk = new SickDisk(new FileDisk(directory));
    log = SegmentedLog.open(disk, LogConfig.defaults(), 0);
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

  Applied apply(Command command) throws Exception {
    return writer.execute(command).get(20, TimeUnit.SECONDS);
  }

  /** The refusal that a command meets. */
  BrokerException refusalOf(Command command) {
    Throwable failure =
        catchThrowable(() -> writer.execute(command).orTimeout(20, TimeUnit.SECONDS).join());
    assertThat(failure).isInstanceOf(CompletionException.class);
    assertThat(failure.getCause()).isInstanceOf(BrokerException.class);
    return (BrokerException) failure.getCause();
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

  @Override
  public void close() throws InterruptedException {
    assertThat(writer.stop(20_000)).isTrue();
    disk.heal();
    log.close();
    assertThat(defects).isEmpty();
  }
}
