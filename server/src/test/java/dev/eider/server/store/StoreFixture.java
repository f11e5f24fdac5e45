package dev.eider.server.store;

import dev.eider.server.store.connection.StoreConfig;
import dev.eider.server.store.duckdb.DuckDbStore;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A store in a directory of its own, and a log to fill it from. */
public abstract class StoreFixture {
  @TempDir protected Path directory;
  protected final TestLog log = new TestLog();
  protected DuckDbStore store;

  @BeforeEach
  final void open() throws StoreException {
    store = DuckDbStore.open(config());
  }

  @AfterEach
  final void close() {
    store.close();
  }

  protected final void reopen(StoreConfig config) throws StoreException {
    store.close();
    store = DuckDbStore.open(config);
  }

  protected final void persist() throws StoreException {
    store.persist(log.batch());
  }

  /** Returns run and seq of each event of a run's timeline. */
  protected final List<String> timeline(String runId) throws StoreException {
    return StoreRows.of(
            store,
            "SELECT source_run_id || ' ' || seq FROM timeline WHERE run_id = ? ORDER BY ordinal",
            runId)
        .stream()
        .map(row -> (String) row.get(0))
        .toList();
  }

  protected StoreConfig config() {
    return StoreConfig.of(directory.resolve("events.duckdb"), directory.resolve("tmp"));
  }

  /** With so much memory for DuckDB. */
  protected final StoreConfig config(long memoryLimitBytes) {
    return new StoreConfig(
        directory.resolve("events.duckdb"), directory.resolve("tmp"), memoryLimitBytes, 2, 2, 1);
  }
}
