package dev.eider.server.store.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.server.event.RunId;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.TestLog;
import dev.eider.server.store.connection.StoreConfig;
import dev.eider.server.store.duckdb.DuckDbStore;
import dev.eider.v1.RunOutcome;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LabelledRunsTest {
  @TempDir Path directory;

  @Test
  void shouldFindClosedRunsByTheirLabelInOrderOfTheirIds() throws StoreException {
    // given
    TestLog log = new TestLog();
    log.open("c", Map.of("file", "true"), "", null)
        .open("a", Map.of("file", ""), "", null)
        .open("b", Map.of("file", "yes"), "", null)
        .open("d", Map.of("file", "false"), "", null)
        .open("e", Map.of("arena", "file"), "", null)
        .open("f", Map.of("file", "true"), "", null);
    List.of("a", "b", "c", "d", "e").forEach(id -> log.close(id, RunOutcome.RUN_OUTCOME_COMPLETED));
    try (DuckDbStore store =
        DuckDbStore.open(
            StoreConfig.of(directory.resolve("events.duckdb"), directory.resolve("tmp")))) {
      store.persist(log.batch());
      LabelledRuns runs = store.labelledRuns();

      // then
      assertThat(runs.closed("file", new RunId(""), 10))
          .extracting(RunId::value)
          .containsExactly("a", "b", "c");
      assertThat(runs.closed("file", new RunId(""), 2))
          .extracting(RunId::value)
          .containsExactly("a", "b");
      assertThat(runs.closed("file", new RunId("b"), 2))
          .extracting(RunId::value)
          .containsExactly("c");
      assertThat(runs.closed("none", new RunId(""), 10)).isEmpty();
    }
  }
}
