package dev.eider.server.files.transfer;

import com.google.protobuf.ByteString;
import dev.eider.server.base.BrokerException;
import dev.eider.server.base.ResponseStream;
import dev.eider.server.event.RunId;
import dev.eider.server.files.format.RunFileFormat;
import dev.eider.server.files.format.RunFileWriter;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.RunPlace;
import dev.eider.server.run.RunRecordCodec;
import dev.eider.server.store.ColdReader;
import dev.eider.server.store.StoreException;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.ExportRunsResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Makes a file of runs and sends it. What it holds is what DuckDB has once it has everything that
 * was acknowledged before the call. Thread-safe.
 */
final class ExportCall extends TransferCall<ExportRunsResponse> {
  private static final int RUNS_PER_PAGE = 100;
  private static final int IDS_PER_PAGE = 500;
  private static final int CHUNK_BYTES = 256 << 10;

  private final ExportOrder order;
  private final ColdReader reader;
  private long runCount;
  private long byteCount;
  private long runBytes;

  ExportCall(
      ExportOrder order, ResponseStream<ExportRunsResponse> responses, TransferContext context) {
    super(context, responses);
    this.order = order;
    this.reader = context.daemon().reader();
  }

  @Override
  protected void work() throws StoreException, IOException, InterruptedException {
    awaitPersisted(daemon().logEnd().getAsLong());
    Path file = tempFiles().next(order.isParquet() ? ".parquet" : ".duckdb");
    try {
      write(file);
      send(file);
    } finally {
      onEnd(null);
      TransferFiles.delete(file);
    }
  }

  private void write(Path file) throws StoreException {
    RunFileFormat format = order.isParquet() ? RunFileFormat.PARQUET : RunFileFormat.DUCKDB;
    try (RunFileWriter writer = RunFileWriter.create(file, format, daemon().scratch())) {
      onEnd(writer::cancel);
      RunExport export = new RunExport(reader, writer, this::requireRoom);
      if (order.runIds().isEmpty()) {
        copySelected(export);
      } else {
        copyNamed(export);
      }
      if (!hasEnded()) {
        writer.finish();
      }
      onEnd(null);
    }
  }

  private void copyNamed(RunExport export) throws StoreException {
    List<RunId> runIds = order.runIds().stream().sorted().toList();
    for (int i = 0; i < runIds.size() && !hasEnded(); i += IDS_PER_PAGE) {
      Set<RunId> wanted =
          new HashSet<>(runIds.subList(i, Math.min(runIds.size(), i + IDS_PER_PAGE)));
      for (FoldedRun run : reader.findRuns(wanted, Set.of())) {
        wanted.remove(run.runId());
        copy(export, run);
      }
      for (RunId missing : wanted) {
        throw BrokerException.of(
            ErrorReason.ERROR_REASON_RUN_NOT_FOUND, "run " + missing + " does not exist");
      }
    }
  }

  private void copySelected(RunExport export) throws StoreException {
    RunPlace place = null;
    List<FoldedRun> page;
    do {
      page = reader.listRuns(order.selection().query(place, RUNS_PER_PAGE));
      for (FoldedRun run : page) {
        copy(export, run);
        place = RunPlace.of(run);
      }
    } while (page.size() == RUNS_PER_PAGE && !hasEnded());
  }

  private void copy(RunExport export, FoldedRun run) throws StoreException {
    if (hasEnded()) {
      return;
    }
    runCount++;
    if (runCount > bounds().runsMax()) {
      throw limit(
          "more than %d runs (transfer-runs-max); ask for fewer".formatted(bounds().runsMax()),
          "limit_runs",
          bounds().runsMax());
    }
    runBytes += RunRecordCodec.importedBytes(run);
    if (runBytes > TransferBounds.RECORD_BYTES_MAX) {
      throw limit(
          "the runs take more than %d bytes without their events; ask for fewer"
              .formatted(TransferBounds.RECORD_BYTES_MAX),
          "limit_bytes",
          TransferBounds.RECORD_BYTES_MAX);
    }
    export.copy(run);
  }

  /** Looks at the bounds after each page. */
  private void requireRoom(long bytes) {
    byteCount += bytes;
    long bytesMax = bounds().bytesMax();
    if (byteCount > bytesMax) {
      throw limit(
          "more than %d bytes of events (transfer-bytes-max); ask for fewer runs"
              .formatted(bytesMax),
          "limit_bytes",
          bytesMax);
    }
    TransferFiles.requireRoom(daemon().tempDirectory(), 2 * bounds().diskReserveBytes());
    if (hasEnded()) {
      throw BrokerException.of(ErrorReason.ERROR_REASON_SHUTTING_DOWN, "nobody waits for it");
    }
  }

  private void send(Path file) throws IOException, InterruptedException {
    if (hasEnded()) {
      return;
    }
    long fileBytes = TransferFiles.size(file);
    if (fileBytes > bounds().bytesMax()) {
      throw limit(
          "the file has more than %d bytes (transfer-bytes-max); ask for fewer runs"
              .formatted(bounds().bytesMax()),
          "limit_bytes",
          bounds().bytesMax());
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] chunk = in.readNBytes(CHUNK_BYTES);
      while (chunk.length > 0 && !hasEnded()) {
        send(
            ExportRunsResponse.newBuilder()
                .setData(ByteString.copyFrom(chunk))
                .setFileBytes(fileBytes)
                .build());
        chunk = in.readNBytes(CHUNK_BYTES);
      }
    }
    end();
  }
}
