package dev.eider.server.files.transfer;

import dev.eider.server.base.BrokerException;
import dev.eider.server.event.EncodedEvent;
import dev.eider.server.event.Micros;
import dev.eider.server.event.RunId;
import dev.eider.server.files.format.RunFile;
import dev.eider.server.files.format.RunFile.BadRun;
import dev.eider.server.files.format.RunFileFormat;
import dev.eider.server.files.format.RunFileWriter;
import dev.eider.server.hub.Hub;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.ImportRecord;
import dev.eider.server.run.RunRecordCodec;
import dev.eider.server.run.StagedFile;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.row.LargeRows;
import dev.eider.v1.ErrorReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Checks a file that was received and writes its runs anew, forced. With bad runs to be skipped it
 * reads the file twice, first to find them. Owned by one thread; blocks.
 */
final class ImportStaging implements AutoCloseable {
  private static final int SKIPPED_TOLD_MAX = 100;

  private final TransferContext context;
  private final TransferDependencies daemon;
  private final BooleanSupplier hasEnded;
  private final Interruption interruption;
  private final List<BadRun> skipped = new ArrayList<>();
  private final Set<RunId> bad = new HashSet<>();
  private final List<FoldedRun> runs = new ArrayList<>();
  private long eventCount;
  private long renamedCount;
  private long recordBytes;
  private long heldBytes;

  ImportStaging(TransferContext context, BooleanSupplier hasEnded, Interruption interruption) {
    this.context = context;
    this.daemon = context.daemon();
    this.hasEnded = hasEnded;
    this.interruption = interruption;
  }

  /**
   * Stages the runs of a file.
   *
   * @param skipBadRuns whether runs at fault are left out, not the whole file refused
   */
  StagedRuns stage(Path received, Path staged, boolean skipBadRuns)
      throws StoreException, IOException {
    Files.createDirectories(daemon.stagingDirectory());
    // The staged file, and what DuckDB makes of it in its log and in its main file.
    TransferFiles.requireRoom(
        daemon.stagingDirectory(),
        4 * TransferFiles.sizeWithLog(received) + 2 * context.bounds().diskReserveBytes());
    long nowUs = Micros.now(daemon.clock());
    if (skipBadRuns) {
      findBadRuns(received, nowUs);
    }
    long inexactCount = copy(received, staged, nowUs);
    TransferFiles.force(staged);
    StagedFile file =
        new StagedFile(
            String.valueOf(staged.getFileName()),
            TransferFiles.size(staged),
            TransferFiles.sha256(staged));
    ImportRecord record = new ImportRecord(nowUs, file, eventCount, runs);
    return new StagedRuns(record, bad.size(), skipped, renamedCount, inexactCount);
  }

  private void findBadRuns(Path received, long nowUs) throws StoreException {
    try (RunFile file = RunFile.open(received, daemon.scratch(), daemon.rules(), nowUs)) {
      interruption.set(file::cancel);
      long count = 0;
      while (file.next() != null) {
        count++;
        requireRuns(count);
        if (file.readThroughOrSkip() == null) {
          BadRun run = file.badRun();
          bad.add(run.runId());
          if (skipped.size() < SKIPPED_TOLD_MAX) {
            skipped.add(run);
          }
        }
      }
      interruption.set(null);
      if (count > 0 && count == bad.size()) {
        throw invalid("every run of the file is at fault, the first: " + skipped.get(0).reason());
      }
    }
  }

  /** Copies the good runs; returns how many integers in them are another number here. */
  private long copy(Path received, Path staged, long nowUs) throws StoreException {
    try (RunFile file = RunFile.open(received, daemon.scratch(), daemon.rules(), nowUs);
        RunFileWriter writer =
            RunFileWriter.create(staged, RunFileFormat.DUCKDB, daemon.scratch())) {
      interruption.set(
          () -> {
            file.cancel();
            writer.cancel();
          });
      for (RunId runId = file.next(); runId != null; runId = file.next()) {
        if (bad.contains(runId)) {
          file.skip();
        } else {
          requireRuns(runs.size() + 1L);
          add(copy(file, writer, runId), file.originalId());
        }
      }
      if (runs.isEmpty()) {
        throw invalid("the file holds no runs");
      }
      LineageCheck.require(runs, daemon.reader());
      writer.finish();
      interruption.set(null);
      return file.inexactCount();
    }
  }

  private static FoldedRun copy(RunFile file, RunFileWriter writer, RunId runId)
      throws StoreException {
    writer.begin(runId);
    boolean isRead = false;
    while (!isRead) {
      // As it is read and written a large event takes several times its size.
      try (LargeRows.Turn turn = LargeRows.take()) {
        EncodedEvent event = file.nextEvent();
        if (event == null) {
          isRead = true;
        } else {
          writer.add(event);
        }
      }
    }
    FoldedRun run = file.run();
    writer.end(run);
    return run;
  }

  private void add(FoldedRun run, String originalId) {
    runs.add(run);
    eventCount += run.headSeq();
    renamedCount += originalId.equals(run.runId().value()) ? 0 : 1;
    recordBytes += RunRecordCodec.importedBytes(run);
    TransferBounds.requireRecord(recordBytes);
    if (recordBytes > TransferBounds.SMALL_RECORD_BYTES_MAX) {
      hold(recordBytes - heldBytes);
    }
  }

  /** Counts the runs of a large record as those in memory, among which they are about to be. */
  private void hold(long bytes) {
    Hub hub = daemon.hub();
    if (hub.runBytes() + bytes > hub.bounds().runBytesMax()) {
      throw BrokerException.of(
              ErrorReason.ERROR_REASON_OVERLOADED,
              "what the daemon keeps of runs takes as much memory as it may: "
                  + hub.bounds().runBytesMax()
                  + " bytes; close some runs, or import fewer at a time")
          .with("limit_bytes", hub.bounds().runBytesMax());
    }
    hub.holdRunBytes(bytes);
    heldBytes += bytes;
  }

  private void requireRuns(long count) {
    int runsMax = context.bounds().runsMax();
    if (count > runsMax) {
      throw TransferCall.limit(
          "the file has more than %d runs (transfer-runs-max)".formatted(runsMax),
          "limit_runs",
          runsMax);
    }
    if (hasEnded.getAsBoolean()) {
      throw BrokerException.of(ErrorReason.ERROR_REASON_SHUTTING_DOWN, "nobody waits for it");
    }
  }

  private static BrokerException invalid(String problem) {
    return BrokerException.of(ErrorReason.ERROR_REASON_INVALID_FILE, problem);
  }

  /** Counts the runs no more. */
  @Override
  public void close() {
    daemon.hub().holdRunBytes(-heldBytes);
  }

  /**
   * The runs of a file that is staged. Immutable.
   *
   * @param skippedCount how many were left out
   * @param skipped the first of them
   * @param renamedCount how many have another id than in the file
   * @param inexactCount how many integers are another number than in the file
   */
  record StagedRuns(
      ImportRecord record,
      long skippedCount,
      List<BadRun> skipped,
      long renamedCount,
      long inexactCount) {}
}
