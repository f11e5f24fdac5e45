package dev.eider.it.files;

import dev.eider.client.EiderClient;
import dev.eider.client.TransferProgress;
import dev.eider.it.Daemon;
import dev.eider.v1.ExportFormat;
import dev.eider.v1.ExportRunsRequest;
import dev.eider.v1.ImportRunsResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Exports and imports, through the Java client. */
public final class FileCalls {
  private FileCalls() {}

  /** Exports the runs, or all of them. */
  public static Path export(Daemon daemon, Path file, List<String> runIds) {
    ExportFormat format =
        file.toString().endsWith(".parquet")
            ? ExportFormat.EXPORT_FORMAT_PARQUET
            : ExportFormat.EXPORT_FORMAT_DUCKDB;
    ExportRunsRequest request =
        ExportRunsRequest.newBuilder().addAllRunIds(runIds).setFormat(format).build();
    try (EiderClient client = EiderClient.connect(daemon.target());
        OutputStream out = Files.newOutputStream(file)) {
      long bytes = client.exportRuns(request, out, TransferProgress.NONE);
      if (bytes != Files.size(file)) {
        throw new AssertionError(bytes + " bytes were received, not " + Files.size(file));
      }
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Imports the runs of a file that are not at fault. */
  static ImportRunsResponse importGoodRuns(Daemon daemon, Path file) {
    try (EiderClient client = EiderClient.connect(daemon.target())) {
      return client.importGoodRuns(file, TransferProgress.NONE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static ImportRunsResponse importRuns(Daemon daemon, Path file) {
    try (EiderClient client = EiderClient.connect(daemon.target())) {
      return client.importRuns(file, TransferProgress.NONE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
