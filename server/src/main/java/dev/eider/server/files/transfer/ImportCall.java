package dev.eider.server.files.transfer;

import com.google.protobuf.ByteString;
import dev.eider.server.base.BrokerException;
import dev.eider.server.base.ResponseStream;
import dev.eider.server.files.format.RunFile.BadRun;
import dev.eider.server.files.transfer.ImportStaging.StagedRuns;
import dev.eider.server.run.ImportRecord;
import dev.eider.server.run.RunRecordCodec;
import dev.eider.server.sequencer.Applied;
import dev.eider.server.sequencer.Command;
import dev.eider.server.store.StoreException;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.ImportRunsRequest;
import dev.eider.v1.ImportRunsResponse;
import dev.eider.v1.ImportRunsResponse.SkippedRun;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

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
  private final TransferContext context;
  private final TransferDependencies daemon;

  /** One part at a time, since the next is asked for when one is written; or two with the end. */
  private final ConcurrentLinkedQueue<ImportRunsRequest> parts = new ConcurrentLinkedQueue<>();

  // Written by the network thread, before it wakes the one that reads it.
  private volatile boolean isSent;

  /**
   * @param askForNext has the sender send the next part; does not block
   */
  ImportCall(
      ResponseStream<ImportRunsResponse> responses, Runnable askForNext, TransferContext context) {
    super(context, responses);
    this.askForNext = askForNext;
    this.context = context;
    this.daemon = context.daemon();
  }

  /** Takes the next part of the file; does not block. */
  public void next(ImportRunsRequest part) {
    parts.add(part);
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
    try (ImportStaging staging = new ImportStaging(context, this::hasEnded, this::onEnd)) {
      boolean skipBadRuns = receive(received);
      if (hasEnded()) {
        return;
      }
      StagedRuns runs = staging.stage(received, staged, skipBadRuns);
      TransferFiles.delete(received);
      isNamed = true;
      isNamed = execute(runs);
    } finally {
      onEnd(null);
      TransferFiles.delete(received);
      if (!isNamed) {
        TransferFiles.delete(staged);
      }
    }
  }

  /** Receives the file, and DuckDB's log beside it; returns whether bad runs are skipped. */
  private boolean receive(Path file) throws IOException, InterruptedException {
    boolean skipBadRuns = false;
    long bytes = 0;
    long heardMs = daemon.clock().millis();
    try (OutputStream out = Files.newOutputStream(file);
        LogOutput log = new LogOutput(TransferFiles.log(file))) {
      unlessEnded(askForNext);
      while (!hasEnded()) {
        // In this order: what was sent before the end is seen before it.
        boolean isLast = isSent;
        ImportRunsRequest part = parts.poll();
        if (part == null && isLast) {
          break;
        }
        if (part == null) {
          pause(SILENT_MS_MAX);
          requireHeard(heardMs);
          continue;
        }
        heardMs = daemon.clock().millis();
        skipBadRuns |= bytes == 0 && part.getSkipBadRuns();
        bytes += requireRoom(bytes, part);
        part.getData().writeTo(out);
        log.write(part.getWal());
        unlessEnded(askForNext);
      }
    }
    return skipBadRuns;
  }

  /** Returns the bytes of a part, for which there must be room. */
  private long requireRoom(long before, ImportRunsRequest part) {
    long bytesMax = bounds().bytesMax();
    long bytes = (long) part.getData().size() + part.getWal().size();
    if (before + bytes > bytesMax) {
      throw limit(
          "the file has more than %d bytes (transfer-bytes-max)".formatted(bytesMax),
          "limit_bytes",
          bytesMax);
    }
    TransferFiles.requireRoom(daemon.tempDirectory(), 2 * bounds().diskReserveBytes() + bytes);
    return bytes;
  }

  private void requireHeard(long heardMs) {
    if (daemon.clock().millis() - heardMs > SILENT_MS_MAX) {
      throw BrokerException.of(
              ErrorReason.ERROR_REASON_WAIT_TIMED_OUT,
              "nothing of the file came for " + SILENT_MS_MAX + " ms")
          .with("limit", SILENT_MS_MAX);
    }
  }

  /**
   * Has the runs come into being, and waits until DuckDB has them.
   *
   * @return whether the log may name the file
   */
  private boolean execute(StagedRuns staged) throws InterruptedException {
    ImportRecord record = staged.record();
    int bytes = RunRecordCodec.encode(record).length;
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
    send(answer(staged));
    end();
    return true;
  }

  private static ImportRunsResponse answer(StagedRuns staged) {
    ImportRecord record = staged.record();
    ImportRunsResponse.Builder answer =
        ImportRunsResponse.newBuilder()
            .setRunCount(record.runs().size())
            .setEventCount(record.eventCount())
            .addAllRunIds(record.runs().stream().map(run -> run.runId().value()).toList())
            .setSkippedCount(staged.skippedCount())
            .setRenamedCount(staged.renamedCount())
            .setInexactCount(staged.inexactCount());
    for (BadRun run : staged.skipped()) {
      answer.addSkippedRuns(
          SkippedRun.newBuilder()
              .setRunId(run.runId().value())
              .setRow(run.row())
              .setReason(run.reason()));
    }
    return answer.build();
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

  /** The log beside the file, made when there is something of it. */
  private static final class LogOutput implements AutoCloseable {
    private final Path path;
    private @Nullable OutputStream out;

    LogOutput(Path path) {
      this.path = path;
    }

    void write(ByteString bytes) throws IOException {
      if (bytes.isEmpty()) {
        return;
      }
      if (out == null) {
        out = Files.newOutputStream(path);
      }
      bytes.writeTo(out);
    }

    @Override
    public void close() throws IOException {
      if (out != null) {
        out.close();
      }
    }
  }
}
