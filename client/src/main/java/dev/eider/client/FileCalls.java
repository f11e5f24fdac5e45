package dev.eider.client;

import com.google.protobuf.ByteString;
import dev.eider.v1.ExportRunsRequest;
import dev.eider.v1.ExportRunsResponse;
import dev.eider.v1.ImportRunsRequest;
import dev.eider.v1.ImportRunsResponse;
import dev.eider.v1.QueryServiceGrpc;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.function.BiConsumer;

/** Transfers files of runs from and to a daemon. Blocks. Thread-safe. */
record FileCalls(ManagedChannel channel) {
  private static final int CHUNK_BYTES = 256 << 10;

  /** Receives an export and writes it; returns its size in bytes. */
  long receive(ExportRunsRequest request, OutputStream out, TransferProgress progress)
      throws IOException {
    Context.CancellableContext context = Context.current().withCancellation();
    Context before = context.attach();
    long bytes = 0;
    try {
      Iterator<ExportRunsResponse> parts =
          QueryServiceGrpc.newBlockingStub(channel).exportRuns(request);
      while (parts.hasNext()) {
        ExportRunsResponse part = parts.next();
        part.getData().writeTo(out);
        bytes += part.getData().size();
        progress.moved(bytes, part.getFileBytes());
      }
      return bytes;
    } catch (StatusRuntimeException e) {
      throw EiderException.of(e);
    } finally {
      context.detach(before);
      // Ends the export if it was not read to its end.
      context.cancel(null);
    }
  }

  /** Sends a file to import, and the log that DuckDB left beside it. */
  ImportRunsResponse send(Path file, boolean skipBadRuns, TransferProgress progress)
      throws IOException {
    Path log = file.resolveSibling(file.getFileName() + ".wal");
    boolean hasLog = Files.isRegularFile(log);
    TransferProgress whole = of(Files.size(file) + (hasLog ? Files.size(log) : 0), progress);
    Upload upload = new Upload();
    try {
      QueryServiceGrpc.newStub(channel).importRuns(upload);
      if (skipBadRuns && upload.awaitReady()) {
        upload.send(ImportRunsRequest.newBuilder().setSkipBadRuns(true).build());
      }
      long bytes = send(file, upload, ImportRunsRequest.Builder::setData, 0, whole);
      if (hasLog) {
        long unused = send(log, upload, ImportRunsRequest.Builder::setWal, bytes, whole);
      }
      return upload.finish();
    } catch (IOException | RuntimeException e) {
      upload.cancel(e);
      throw e;
    }
  }

  private static TransferProgress of(long fileBytes, TransferProgress progress) {
    return (bytes, unused) -> progress.moved(bytes, fileBytes);
  }

  /** Sends one of the two; returns how many bytes were sent of both. */
  private static long send(
      Path file,
      Upload upload,
      BiConsumer<ImportRunsRequest.Builder, ByteString> setBytes,
      long sentBytes,
      TransferProgress progress)
      throws IOException {
    long bytes = sentBytes;
    try (InputStream in = Files.newInputStream(file)) {
      byte[] chunk = in.readNBytes(CHUNK_BYTES);
      while (chunk.length > 0 && upload.awaitReady()) {
        ImportRunsRequest.Builder part = ImportRunsRequest.newBuilder();
        setBytes.accept(part, ByteString.copyFrom(chunk));
        upload.send(part.build());
        bytes += chunk.length;
        progress.moved(bytes, 0);
        chunk = in.readNBytes(CHUNK_BYTES);
      }
    }
    return bytes;
  }
}
