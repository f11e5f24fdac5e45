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

  /** Sends a file to import. */
  ImportRunsResponse send(Path file, TransferProgress progress) throws IOException {
    long fileBytes = Files.size(file);
    long bytes = 0;
    Upload upload = new Upload();
    try (InputStream in = Files.newInputStream(file)) {
      QueryServiceGrpc.newStub(channel).importRuns(upload);
      byte[] chunk = in.readNBytes(CHUNK_BYTES);
      while (chunk.length > 0 && upload.awaitReady()) {
        upload.send(ImportRunsRequest.newBuilder().setData(ByteString.copyFrom(chunk)).build());
        bytes += chunk.length;
        progress.moved(bytes, fileBytes);
        chunk = in.readNBytes(CHUNK_BYTES);
      }
      return upload.finish();
    } catch (IOException | RuntimeException e) {
      upload.cancel(e);
      throw e;
    }
  }
}
