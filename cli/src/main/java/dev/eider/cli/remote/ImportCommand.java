package dev.eider.cli.remote;

import dev.eider.client.EiderClient;
import dev.eider.v1.ImportRunsResponse;
import dev.eider.v1.ImportRunsResponse.SkippedRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Has a daemon take in files of runs. Owned by the main thread. */
@Command(
    name = "import",
    description =
        "Has a running daemon take in the runs of files: what export made, or DuckDB files with the"
            + " older table events, with the log FILE.wal if DuckDB left one. Of each file all runs or"
            + " none; the first that is refused ends it.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class ImportCommand extends DaemonCommand {
  @Parameters(paramLabel = "FILE", arity = "1..*", description = "The files.")
  private List<Path> files = new ArrayList<>();

  @Option(
      names = "--skip-bad-runs",
      description = "Leaves out runs that cannot be read, and names them, in place of the file.")
  private boolean skipBadRuns;

  @Mixin private DaemonOptions daemon = new DaemonOptions();

  @Override
  public Integer call() throws IOException {
    for (Path file : files) {
      if (!Files.isRegularFile(file)) {
        throw usage(file + " is no file");
      }
    }
    try (EiderClient client = daemon.connect()) {
      for (Path file : files) {
        Progress progress = new Progress("import of " + file, err());
        ImportRunsResponse done =
            skipBadRuns ? client.importGoodRuns(file, progress) : client.importRuns(file, progress);
        if (daemon.json()) {
          out().println(Json.whole(done));
        } else {
          print(file, done);
        }
        out().flush();
      }
    }
    return 0;
  }

  private void print(Path file, ImportRunsResponse done) {
    Path log = file.resolveSibling(file.getFileName() + ".wal");
    printf(
        "%s: %d runs with %d events%s%n",
        file,
        done.getRunCount(),
        done.getEventCount(),
        isFilled(log) ? ", with what is in " + log.getFileName() : "");
    if (done.getRenamedCount() > 0) {
      printf(
          "%s: %d of their ids are not allowed here and have become others; the label"
              + " original_run_id has them%n",
          file, done.getRenamedCount());
    }
    if (done.getInexactCount() > 0) {
      printf(
          "%s: %d integers beyond 2^53 have become the nearest double%n",
          file, done.getInexactCount());
    }
    for (SkippedRun run : done.getSkippedRunsList()) {
      printf("%s: left out: %s: %s%n", file, run.getRunId(), run.getReason());
    }
    long more = done.getSkippedCount() - done.getSkippedRunsCount();
    if (more > 0) {
      printf("%s: left out: %d more runs%n", file, more);
    }
  }

  private static boolean isFilled(Path log) {
    return log.toFile().length() > 0;
  }
}
