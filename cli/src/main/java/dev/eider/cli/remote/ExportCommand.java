package dev.eider.cli.remote;

import dev.eider.client.EiderClient;
import dev.eider.v1.ExportFormat;
import dev.eider.v1.ExportRunsRequest;
import dev.eider.v1.RunFilter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes runs of a daemon into a file. Owned by the main thread. */
@Command(
    name = "export",
    description = "Writes runs of a running daemon into one DuckDB or Parquet file.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {"", "Example: eider export --label arena=gold --format parquet -o gold.parquet"})
final class ExportCommand extends DaemonCommand {
  @Parameters(paramLabel = "RUN", arity = "0..*", description = "The runs; none for all.")
  private List<String> runIds = new ArrayList<>();

  @Option(
      names = "--label",
      paramLabel = "KEY=VALUE",
      description = "Only runs with this label; may be repeated.")
  private Map<String, String> labels = new LinkedHashMap<>();

  @Option(
      names = "--root",
      paramLabel = "RUN",
      description = "Only this first ancestor and everything forked from it, at any depth.")
  private String root = "";

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "${COMPLETION-CANDIDATES}. Default: by the file's name, else duckdb.")
  private @Nullable Format format;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      required = true,
      description = "The file: NAME.duckdb or NAME.parquet. It appears once all of it has come.")
  private Path file = Path.of("");

  @Option(names = "--force", description = "Replaces the file if it is there.")
  private boolean force;

  @Mixin private DaemonOptions daemon = new DaemonOptions();

  @Override
  public Integer call() throws IOException {
    ExportRunsRequest request = request();
    OutputFile output = new OutputFile(file, force);
    output.require();
    long bytes;
    try (EiderClient client = daemon.connect();
        OutputStream to = output.open()) {
      bytes = client.exportRuns(request, to, new Progress("export", err()));
    } catch (RuntimeException | IOException e) {
      output.discard();
      throw e;
    }
    output.finish();
    if (daemon.json()) {
      printf("{\"file\":%s,\"bytes\":%d}%n", Json.text(file.toString()), bytes);
    } else {
      printf("%s has %d bytes%n", file, bytes);
    }
    return 0;
  }

  private ExportRunsRequest request() {
    ExportRunsRequest.Builder request =
        ExportRunsRequest.newBuilder().addAllRunIds(runIds).setFormat(chosen().onTheWire);
    boolean isFiltered = !labels.isEmpty() || !root.isEmpty();
    if (isFiltered && !runIds.isEmpty()) {
      throw usage("name runs, or select them with --label and --root, not both");
    }
    if (isFiltered) {
      request.setFilter(RunFilter.newBuilder().putAllLabels(labels).setRootRunId(root));
    }
    return request.build();
  }

  /** Returns the format that was asked for, with which the file's name must not disagree. */
  private Format chosen() {
    String name = String.valueOf(file.getFileName());
    int dot = name.lastIndexOf('.');
    String ending = dot <= 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
    Format named =
        switch (ending) {
          case "duckdb", "db", "ddb" -> Format.DUCKDB;
          case "parquet" -> Format.PARQUET;
          default -> null;
        };
    if (format != null && (named == null || named == format)) {
      return format;
    }
    if (format == null && (named != null || ending.isEmpty())) {
      return named == null ? Format.DUCKDB : named;
    }
    throw usage(
        format == null
            ? "an export is DuckDB or Parquet: name it NAME.duckdb or NAME.parquet, or say --format"
            : file + " is no name for --format " + format);
  }

  /** A format, in the words of the command line. */
  enum Format {
    DUCKDB(ExportFormat.EXPORT_FORMAT_DUCKDB),
    PARQUET(ExportFormat.EXPORT_FORMAT_PARQUET);

    private final ExportFormat onTheWire;

    Format(ExportFormat onTheWire) {
      this.onTheWire = onTheWire;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
