package dev.eider.it.chaos;

import dev.eider.client.ClientConfig;
import dev.eider.client.EiderClient;
import dev.eider.client.EiderException;
import dev.eider.client.TransferProgress;
import dev.eider.it.files.OlderFile;
import dev.eider.it.testkit.Request;
import dev.eider.it.testkit.Rule;
import dev.eider.it.testkit.grpc.GrpcWire;
import dev.eider.it.testkit.workload.Stage;
import dev.eider.v1.ErrorReason;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * Imports one file of a few runs after the other, and asks again until it knows what became of
 * each. Owned by one thread; {@link #stop} may be called from any.
 */
final class Importer implements Callable<Void> {
  private static final int RUNS = 10;
  private static final int EVENTS = 60;
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Stage stage;
  private final Path directory;
  private final EiderClient client;
  private volatile boolean stopped;

  Importer(Stage stage, String target, Path directory) {
    this.stage = stage;
    this.directory = directory;
    this.client =
        EiderClient.connect(
            ClientConfig.defaults(target)
                .withCallDeadline(PATIENCE)
                .withBackoff(Duration.ofMillis(20), Duration.ofMillis(200)));
  }

  @Override
  public Void call() throws Exception {
    try (client) {
      for (int file = 1; !stopped; file++) {
        importOne("imported-" + file + "-");
      }
    }
    return null;
  }

  private void importOne(String prefix) throws IOException, SQLException {
    Map<String, List<String>> idsByRun = new LinkedHashMap<>();
    for (int run = 1; run <= RUNS; run++) {
      List<String> ids = new ArrayList<>();
      for (int event = 1; event <= EVENTS; event++) {
        ids.add(prefix + run + "/" + event);
      }
      idsByRun.put(prefix + run, ids);
    }
    Path path = directory.resolve(prefix + "runs.duckdb");
    write(path, idsByRun);
    List<Request> requests = new ArrayList<>();
    idsByRun.forEach((runId, ids) -> requests.add(stage.history().send(runId, ids)));
    stage.history().importing(requests);
    idsByRun.keySet().forEach(stage.book()::closedFromTheStart);
    importUntilKnown(path, requests);
    Files.delete(path);
  }

  private static void write(Path path, Map<String, List<String>> idsByRun) throws SQLException {
    try (OlderFile file = new OlderFile(path)) {
      for (Map.Entry<String, List<String>> run : idsByRun.entrySet()) {
        int t = 0;
        for (String id : run.getValue()) {
          String payload = "{\"kind\":\"metric\",\"name\":\"%s\",\"value\":%d}";
          file.add(run.getKey(), t++, "metric", payload.formatted(id, id.hashCode()));
        }
      }
    }
  }

  /** A file that was taken in by a call without an answer is refused afterwards. */
  private void importUntilKnown(Path path, List<Request> requests) throws IOException {
    boolean inDoubt = false;
    while (true) {
      try {
        client.importRuns(path, TransferProgress.NONE);
        requests.forEach(request -> request.acked(1));
        stage.tally().add("files imported");
        return;
      } catch (EiderException e) {
        ErrorReason reason = e.reason();
        if (reason == ErrorReason.ERROR_REASON_RUN_ALREADY_EXISTS) {
          Rule.NO_DEFECT.require(inDoubt, "a new file was refused: %s", e);
          requests.forEach(request -> request.acked(1));
          stage.tally().add("files that had been imported");
          return;
        }
        boolean isNotNow = e.code() == Status.Code.RESOURCE_EXHAUSTED;
        Rule.NO_DEFECT.require(
            isNotNow || GrpcWire.isInDoubt(Status.fromCode(e.code())), "an import failed: %s", e);
        inDoubt |= !isNotNow;
        stage.tally().add("imports repeated");
        stage.wire().pause(50);
      }
      if (stopped && inDoubt) {
        return;
      }
    }
  }

  void stop() {
    stopped = true;
  }
}
