package dev.eider.server.files.transfer;

import dev.eider.server.base.BrokerException;
import dev.eider.server.base.Registration;
import dev.eider.server.base.Threads;
import dev.eider.server.base.WorkerLoop;
import dev.eider.server.event.RunId;
import dev.eider.server.files.format.RunFileFormat;
import dev.eider.server.files.format.RunFileWriter;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.store.StoreException;
import dev.eider.v1.ErrorReason;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a file of its own for each closed run that was opened with the label {@code file}, once
 * DuckDB has it: {@code runs/<run id>.duckdb}. A file is made under another name, forced, and then
 * renamed, so what is there is whole; what is missing is made at the next start, or after a
 * failure. A deleted run's file goes with it.
 *
 * <p>Runs on the thread {@code run-files}, which it owns. {@link #close} is thread-safe.
 */
public final class RunFiles implements AutoCloseable, WorkerLoop.Work {
  private static final Logger LOG = LoggerFactory.getLogger(RunFiles.class);

  /** The label that asks for a file, unless its value is {@code false}. */
  public static final String LABEL = "file";

  private static final int QUEUE_RUNS_MAX = 10_000;
  private static final int RUNS_PER_PAGE = 1_000;
  private static final long RETRY_MS = 5_000;
  private static final long STOP_MS = 2_000;

  private final TransferDependencies daemon;
  private final TempFiles tempFiles;
  private final Path directory;
  private final ClosedRuns closedRuns;
  private final BlockingQueue<FoldedRun> queue = new ArrayBlockingQueue<>(QUEUE_RUNS_MAX);
  private final WorkerLoop loop;
  private final Registration listening;
  private final Registration following;

  // Set by the sequencer thread when the queue is full, taken back by the worker.
  private volatile boolean mustScan = true;

  // Written by the worker, read by the one that stops it.
  private volatile @Nullable RunFileWriter writing;

  /**
   * Starts the thread.
   *
   * @param directory where the files come to be; made when it is needed
   * @param closedRuns finds what an earlier process left to be done
   */
  public RunFiles(
      TransferDependencies daemon,
      Path directory,
      ClosedRuns closedRuns,
      Threads threads,
      BiConsumer<String, Throwable> onDefect) {
    this.daemon = daemon;
    tempFiles = new TempFiles(daemon.tempDirectory(), ".run");
    this.directory = directory;
    this.closedRuns = closedRuns;
    loop = new WorkerLoop(threads, "run-files", this, onDefect);
    listening = daemon.hub().addListener(this::noteChange);
    following = daemon.hub().progress().addListener(this::notePersisted);
    loop.start();
  }

  private void noteChange(FoldedRun run) {
    if (run.isDeleted() || (!run.isOpen() && !run.isInLibrary() && wantsFile(run))) {
      if (!queue.offer(run)) {
        mustScan = true;
      }
      loop.wake();
    }
  }

  private void notePersisted() {
    if (!queue.isEmpty()) {
      loop.wake();
    }
  }

  private static boolean wantsFile(FoldedRun run) {
    return !run.labels().getOrDefault(LABEL, "false").equals("false");
  }

  /** Ends the thread; what it has not written is written after the next start. Blocks. */
  @Override
  public void close() {
    loop.askToStop();
    listening.close();
    following.close();
    RunFileWriter current = writing;
    if (current != null) {
      current.cancel();
    }
    try {
      if (!loop.stop(STOP_MS)) {
        LOG.warn("a run's file is still being written; the next start makes it anew");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public long turn() throws InterruptedException {
    try {
      if (mustScan) {
        mustScan = false;
        sweep();
        scan();
      }
      FoldedRun next = queue.peek();
      if (next == null || daemon.hub().progress().position() <= next.lastPosition()) {
        return WorkerLoop.UNTIL_WOKEN_MS;
      }
      queue.remove();
      settle(next);
    } catch (StoreException | IOException e) {
      retryLater(String.valueOf(e.getMessage()));
    }
    return 0;
  }

  private void retryLater(String problem) throws InterruptedException {
    if (!loop.isStopping()) {
      LOG.warn("a run's file cannot be written now, next try in {} ms: {}", RETRY_MS, problem);
      mustScan = true;
      boolean unused = loop.pause(RETRY_MS);
    }
  }

  private void settle(FoldedRun run) throws StoreException, IOException, InterruptedException {
    if (run.isDeleted()) {
      Files.deleteIfExists(fileOf(run.runId()));
    } else {
      write(run.runId());
    }
  }

  private Path fileOf(RunId runId) {
    return directory.resolve(runId + ".duckdb");
  }

  /** Deletes the files of runs that were deleted; what else is there is not ours. */
  private void sweep() throws StoreException, IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.duckdb")) {
      for (Path file : files) {
        String name = String.valueOf(file.getFileName());
        RunId runId = new RunId(name.substring(0, name.length() - ".duckdb".length()));
        if (loop.isStopping()) {
          return;
        }
        if (daemon.reader().findDeleted(Set.of(runId)).contains(runId)) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  /** Makes what is missing. */
  private void scan() throws StoreException, IOException, InterruptedException {
    RunId last = new RunId("");
    List<RunId> page;
    do {
      page = closedRuns.after(last, RUNS_PER_PAGE);
      for (RunId runId : page) {
        last = runId;
        write(runId);
      }
    } while (page.size() == RUNS_PER_PAGE && !loop.isStopping());
  }

  private void write(RunId runId) throws StoreException, IOException, InterruptedException {
    Path file = fileOf(runId);
    if (loop.isStopping() || Files.exists(file)) {
      return;
    }
    FoldedRun run = daemon.reader().findRun(runId);
    if (run == null) {
      return;
    }
    Path unfinished = tempFiles.next(".duckdb");
    try {
      write(run, unfinished);
      TransferFiles.force(unfinished);
      Files.createDirectories(directory);
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
      TransferFiles.force(file);
      LOG.debug("run {} has a file of its own", runId);
    } catch (BrokerException refusal) {
      failed(runId, refusal);
    } finally {
      TransferFiles.delete(unfinished);
    }
  }

  private void write(FoldedRun run, Path file) throws StoreException {
    try (RunFileWriter writer =
        RunFileWriter.create(file, RunFileFormat.DUCKDB, daemon.scratch())) {
      writing = writer;
      new RunExport(daemon.reader(), writer, bytes -> {}).copy(run);
      writer.finish();
    } finally {
      writing = null;
    }
  }

  private void failed(RunId runId, BrokerException refusal) throws InterruptedException {
    if (refusal.reason() == ErrorReason.ERROR_REASON_STORAGE_FULL) {
      retryLater(String.valueOf(refusal.getMessage()));
    } else {
      LOG.warn("run {} gets no file of its own: {}", runId, refusal.getMessage());
    }
  }

  /** Finds closed runs that were opened with the label, in DuckDB. Blocks. */
  public interface ClosedRuns {
    /** The next ones by run id. */
    List<RunId> after(RunId runId, int runsMax) throws StoreException;
  }
}
