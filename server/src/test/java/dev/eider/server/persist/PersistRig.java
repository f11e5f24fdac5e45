package dev.eider.server.persist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.eider.server.base.SystemThreads;
import dev.eider.server.event.RunId;
import dev.eider.server.hub.Hub;
import dev.eider.server.hub.HubBounds;
import dev.eider.server.hub.PersistProgress;
import dev.eider.server.hub.RunTail;
import dev.eider.server.log.segment.FileDisk;
import dev.eider.server.log.segment.LogConfig;
import dev.eider.server.log.segment.SegmentedLog;
import dev.eider.server.runs.RunIndex;
import dev.eider.server.runs.StorePersistedRuns;
import dev.eider.server.sequencer.Applied;
import dev.eider.server.sequencer.Command;
import dev.eider.server.sequencer.LogApplier;
import dev.eider.server.sequencer.RunWriter;
import dev.eider.server.sequencer.SequencerConfig;
import dev.eider.server.sequencer.TestClock;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.connection.StoreConfig;
import dev.eider.server.store.duckdb.DuckDbStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** The way of an event from a publisher into DuckDB, with every part of it real. */
public final class PersistRig implements AutoCloseable {
  /** Persists at once, and makes a checkpoint at the end only. */
  public static final PersisterConfig EAGER =
      new PersisterConfig(0, 1_000, 1 << 20, 1 << 20, 1 << 30, 3_600_000);

  private static final SequencerConfig SEQUENCER =
      new SequencerConfig(false, 10, 10_000, 64 << 20, 8 << 20, 1_000, 3, 192 << 20, 1 << 20, 0);

  public final TestClock clock = new TestClock();
  public final DuckDbStore store;
  public final SegmentedLog log;
  public final Hub hub;
  public final RunWriter writer;
  private final Persister persister;
  private final List<Throwable> defects = new CopyOnWriteArrayList<>();

  /** Starts on what the directory holds. */
  public PersistRig(Path directory, long tailBytesMax, PersisterConfig config)
      throws IOException, StoreException {
    this(directory, tailBytesMax, Long.MAX_VALUE / 2, config);
  }

  /** With a bound for what DuckDB lacks in memory. */
  PersistRig(Path directory, long tailBytesMax, long lackedBytesMax, PersisterConfig config)
      throws IOException, StoreException {
    Path logDirectory = Files.createDirectories(directory.resolve("log"));
    store = openStore(directory);
    long position = store.persistedPosition();
    log = SegmentedLog.open(new FileDisk(logDirectory), LogConfig.defaults(), position);
    hub =
        new Hub(
            new HubBounds(tailBytesMax, lackedBytesMax, Long.MAX_VALUE),
            new PersistProgress(position));
    store.openRuns().forEach(hub::restore);
    RunIndex index = new RunIndex(hub, new StorePersistedRuns(store.reader()));
    LogApplier applier = new LogApplier(hub, index, clock, SEQUENCER.graceMs());
    applier.replay(log, position);
    persister =
        new Persister(
            log,
            store,
            hub,
            clock,
            config,
            SystemThreads.INSTANCE,
            (worker, defect) -> defects.add(defect));
    writer =
        new RunWriter(
            log,
            applier,
            clock,
            SEQUENCER,
            SystemThreads.INSTANCE,
            health -> {},
            (worker, defect) -> defects.add(defect));
  }

  /** Opens what a rig of this directory left. */
  static DuckDbStore openStore(Path directory) throws StoreException {
    return DuckDbStore.open(
        StoreConfig.of(directory.resolve("events.duckdb"), directory.resolve("tmp")));
  }

  /** Executes a command. */
  public Applied apply(Command command) throws Exception {
    return writer.execute(command).get(20, TimeUnit.SECONDS);
  }

  /** Waits until DuckDB has everything. */
  public void awaitPersisted() throws Exception {
    hub.progress().await(log.endPosition()).get(20, TimeUnit.SECONDS);
  }

  /** Waits until a closed run has left memory. */
  public void awaitReaped(RunId runId) {
    await().until(() -> hub.find(runId) == null);
  }

  /** A run in memory. */
  public RunTail tail(RunId runId) {
    return Objects.requireNonNull(hub.find(runId));
  }

  @Override
  public void close() throws InterruptedException {
    assertThat(writer.stop(20_000)).isTrue();
    assertThat(persister.stop(20_000)).isTrue();
    store.close();
    log.close();
    assertThat(defects).isEmpty();
  }
}
