package dev.eider.server.store.duckdb;

import dev.eider.server.event.RunId;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.store.ColdReader;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.read.EventPages;
import dev.eider.server.store.read.LogPages;
import dev.eider.server.store.read.RunQueries;
import dev.eider.server.store.write.DeletedRuns;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads through the store's read connections. Thread-safe. */
final class StoreReader implements ColdReader {
  private final DuckDbStore store;

  StoreReader(DuckDbStore store) {
    this.store = store;
  }

  @Override
  public @Nullable FoldedRun findRun(RunId runId) throws StoreException {
    return first(store.read(connection -> RunQueries.find(connection, runId)));
  }

  @Override
  public List<FoldedRun> findRuns(Collection<RunId> runIds, Collection<String> requestIds)
      throws StoreException {
    return store.read(connection -> RunQueries.find(connection, runIds, requestIds));
  }

  @Override
  public @Nullable FoldedRun findKept(RunId runId) throws StoreException {
    return first(store.read(connection -> DeletedRuns.findKept(connection, runId)));
  }

  @Override
  public Set<RunId> findDeleted(Collection<RunId> runIds) throws StoreException {
    return store.read(connection -> DeletedRuns.find(connection, runIds));
  }

  @Override
  public Map<RunId, List<RunId>> findForks(Collection<RunId> parentIds) throws StoreException {
    return store.read(connection -> DeletedRuns.findForks(connection, parentIds));
  }

  @Override
  public List<FoldedRun> listRuns(RunQuery query) throws StoreException {
    return store.read(connection -> RunQueries.list(connection, query));
  }

  @Override
  public ColdPage readPage(PageQuery query) throws StoreException {
    return store.read(connection -> EventPages.read(connection, "events", query));
  }

  @Override
  public List<ColdPage> readPages(PageQuery query, int eventsMax, long bytesMax)
      throws StoreException {
    return store.read(
        connection -> EventPages.read(connection, "events", query, eventsMax, bytesMax));
  }

  @Override
  public ColdPage readKeptPage(PageQuery query) throws StoreException {
    return store.read(connection -> EventPages.read(connection, "kept_events", query));
  }

  @Override
  public LogBlock readLog(LogQuery query) throws StoreException {
    return store.read(connection -> LogPages.read(connection, query));
  }

  private static @Nullable FoldedRun first(List<FoldedRun> runs) {
    return runs.isEmpty() ? null : runs.get(0);
  }
}
