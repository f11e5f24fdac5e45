package dev.eider.server.files.transfer;

import com.google.protobuf.ByteString;
import dev.eider.server.base.BrokerException;
import dev.eider.server.base.ResponseStream;
import dev.eider.server.event.EncodedEvent;
import dev.eider.server.event.Micros;
import dev.eider.server.event.RunId;
import dev.eider.server.files.format.RunFile;
import dev.eider.server.files.format.RunFileFormat;
import dev.eider.server.files.format.RunFileWriter;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.ImportRecord;
import dev.eider.server.run.RunRecordCodec;
import dev.eider.server.run.StagedFile;
import dev.eider.server.sequencer.Applied;
import dev.eider.server.sequencer.Command;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.row.LargeRows;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.ImportRunsResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Takes in a file of runs: all of it or nothing.
 *
 * <p>The file is received into the temporary directory, and from there read, checked and written
 * anew into the staging directory, where it is forced. One record of the log then names that file
 * and its runs: with it they exist, and the persister takes the events from the file in one
 * transaction. A crash before the record leaves a file that nobody names; after it, the next start
 * goes on where this one was. Thread-safe.
 */
public final class ImportCall extends TransferCall<ImportRunsResponse> {
  /** How long a sender may say nothing. */
  private static final long SILENT_MS_MAX = 30_000;

  private static final long COMMAND_MS_MAX = 60_000;

  private final Runnable askForNext;
  private final TransferDependencies daemon;

  /** One part at a time, since the next is asked for when one is written; or two with the end. */
  private final ConcurrentLinkedQueue<ByteString> parts = new ConcurrentLinkedQueue<>();

  /** What large events have so far; of the thread that stages. */
  private long largeBytes;

  // Written by the network thread, before it wakes the one that reads it.
  private volatile boolean isSent;

  /**
   * @param askForNext has the sender send the next part; does not block
   */
  ImportCall(
      ResponseStream<ImportRunsResponse> responses, Runnable askForNext, TransferContext context) {
    super(context, responses);
    this.askForNext = askForNext;
    this.daemon = context.daemon();
  }

  /** Takes the next part of the file; does not block. */
  public void next(ByteString data) {
    parts.add(data);
    wake();
  }

  /** Marks the file as sent; does not block. */
  public void sent() {
    isSent = true;
    wake();
  }

  @Override
  protected void work() throws StoreException, IOException, InterruptedException {
    Path received = tempFiles().next(".received");
    Path staged = daemon.stagingDirectory().resolve("import-" + UUID.randomUUID() + ".duckdb");
    boolean isNamed = false;
    try {
      receive(received);
      if (hasEnded()) {
        return;
      }
      ImportRecord record = stage(received, staged);
      TransferFiles.delete(received);
      isNamed = true;
      isNamed = execute(record);
    } finally {
      onEnd(null);
      TransferFiles.delete(received);
      if (!isNamed) {
        TransferFiles.delete(staged);
      }
    }
  }

  private void receive(Path file) throws IOException, InterruptedException {
    long bytesMax = bounds().bytesMax();
    long bytes = 0;
    long heardMs = daemon.clock().millis();
    try (OutputStream out = Files.newOutputStream(file)) {
      unlessEnded(askForNext);
      while (!hasEnded()) {
        // In this order: what was sent before the end is seen before it.
        boolean isLast = isSent;
        ByteString part = parts.poll();
        if (part == null && isLast) {
          return;
        }
        if (part == null) {
          pause(SILENT_MS_MAX);
          requireHeard(heardMs);
          continue;
        }
        heardMs = daemon.clock().millis();
        bytes += part.size();
        if (bytes > bytesMax) {
          throw limit(
              "the file has more than %d bytes (transfer-bytes-max)".formatted(bytesMax),
              "limit_bytes",
              bytesMax);
        }
        TransferFiles.requireRoom(
            daemon.tempDirectory(), 2 * bounds().diskReserveBytes() + part.size());
        part.writeTo(out);
        unlessEnded(askForNext);
      }
    }
  }

  private void requireHeard(long heardMs) {
    if (daemon.clock().millis() - heardMs > SILENT_MS_MAX) {
      throw BrokerException.of(
              ErrorReason.ERROR_REASON_WAIT_TIMED_OUT,
              "nothing of the file came for " + SILENT_MS_MAX + " ms")
          .with("limit", SILENT_MS_MAX);
    }
  }

  /** Checks the file and writes it anew, forced. */
  private ImportRecord stage(Path received, Path staged) throws StoreException, IOException {
    Files.createDirectories(daemon.stagingDirectory());
    // The staged file, and what DuckDB makes of it in its log and in its main file.
    TransferFiles.requireRoom(
        daemon.stagingDirectory(),
        4 * TransferFiles.size(received) + 2 * bounds().diskReserveBytes());
    long nowUs = Micros.now(daemon.clock());
    List<FoldedRun> runs = new ArrayList<>();
    long eventCount = 0;
    try (RunFile file = RunFile.open(received, daemon.scratch(), daemon.rules(), nowUs);
        RunFileWriter writer =
            RunFileWriter.create(staged, RunFileFormat.DUCKDB, daemon.scratch())) {
      onEnd(
          () -> {
            file.cancel();
            writer.cancel();
          });
      for (RunId runId = file.next(); runId != null; runId = file.next()) {
        requireRuns(runs.size() + 1);
        runs.add(copy(file, writer, runId));
        eventCount += runs.get(runs.size() - 1).headSeq();
      }
      if (runs.isEmpty()) {
        throw BrokerException.of(ErrorReason.ERROR_REASON_INVALID_FILE, "the file holds no runs");
      }
      LineageCheck.require(runs, daemon.reader());
      writer.finish();
      onEnd(null);
    }
    TransferFiles.force(staged);
    StagedFile file =
        new StagedFile(
            String.valueOf(staged.getFileName()),
            TransferFiles.size(staged),
            TransferFiles.sha256(staged));
    return new ImportRecord(nowUs, file, eventCount, runs);
  }

  private FoldedRun copy(RunFile file, RunFileWriter writer, RunId runId) throws StoreException {
    writer.begin(runId);
    boolean isRead = false;
    while (!isRead) {
      // As it is read and written a large event takes several times its size.
      try (LargeRows.Turn turn = LargeRows.take()) {
        EncodedEvent event = file.nextEvent();
        if (event == null) {
          isRead = true;
        } else {
          requireMemory(event.bytes().length);
          writer.add(event);
        }
      }
    }
    FoldedRun run = file.run();
    writer.end(run);
    return run;
  }

  /** Keeps out of the log what DuckDB cannot take in one transaction. */
  private void requireMemory(int eventBytes) {
    if (eventBytes < TransferBounds.LARGE_BYTES_MIN) {
      return;
    }
    largeBytes += eventBytes;
    long largeBytesMax = bounds().largeBytesMax();
    if (largeBytes > largeBytesMax) {
      throw limit(
          ("the file's events of %d bytes and more have more than %d bytes, a quarter of"
                  + " store-memory-bytes-max; import fewer runs at a time, or raise it")
              .formatted(TransferBounds.LARGE_BYTES_MIN, largeBytesMax),
          "limit_bytes",
          largeBytesMax);
    }
  }

  private void requireRuns(int count) {
    int runsMax = bounds().runsMax();
    if (count > runsMax) {
      throw limit(
          "the file has more than %d runs (transfer-runs-max)".formatted(runsMax),
          "limit_runs",
          runsMax);
    }
    if (hasEnded()) {
      throw BrokerException.of(ErrorReason.ERROR_REASON_SHUTTING_DOWN, "nobody waits for it");
    }
  }

  /**
   * Has the runs come into being, and waits until DuckDB has them.
   *
   * @return whether the log may name the file
   */
  private boolean execute(ImportRecord record) throws InterruptedException {
    int bytes = RunRecordCodec.encode(record).length;
    if (bytes > TransferBounds.RECORD_BYTES_MAX) {
      fail(
          BrokerException.of(
                  ErrorReason.ERROR_REASON_BATCH_TOO_LARGE,
                  "the runs of one file may take %d bytes without their events; these take %d"
                      .formatted(TransferBounds.RECORD_BYTES_MAX, bytes))
              .with("limit", TransferBounds.RECORD_BYTES_MAX)
              .with("actual", bytes));
    }
    if (hasEnded()) {
      return false;
    }
    CompletableFuture<Applied> done = daemon.writer().execute(new Command.Import(record, bytes));
    Applied applied;
    try {
      applied = done.orTimeout(COMMAND_MS_MAX, TimeUnit.MILLISECONDS).join();
    } catch (CompletionException e) {
      return refused(e);
    }
    awaitPersisted(applied.run().lastPosition() + 1);
    send(
        ImportRunsResponse.newBuilder()
            .setRunCount(record.runs().size())
            .setEventCount(record.eventCount())
            .addAllRunIds(record.runs().stream().map(run -> run.runId().value()).toList())
            .build());
    end();
    return true;
  }

  /** Passes the refusal on; says whether the record may be in the log all the same. */
  private boolean refused(CompletionException failure) {
    if (failure.getCause() instanceof BrokerException refusal) {
      fail(refusal);
      return refusal.reason() == ErrorReason.ERROR_REASON_STORAGE_UNAVAILABLE;
    }
    if (failure.getCause() instanceof TimeoutException) {
      fail(
          BrokerException.of(
              ErrorReason.ERROR_REASON_WAIT_TIMED_OUT, "the log did not take the import in time"));
      return true;
    }
    throw failure;
  }
}
