package dev.eider.server.store.read;

import dev.eider.server.event.RunId;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.store.ColdReader;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.connection.StoreAccess;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads on the store's read connections. Thread-safe. */
public final class StoreReader implements ColdReader {
  private final StoreAccess access;

  public StoreReader(StoreAccess access) {
    this.access = access;
  }

  @Override
  public @Nullable FoldedRun findRun(RunId runId) throws StoreException {
    return first(access.read(connection -> RunQueries.find(connection, runId)));
  }

  /** Returns every run that is open; fails at once where the store has failed. */
  public List<FoldedRun> openRuns() throws StoreException {
    return access.readNow(RunQueries::open);
  }

  @Override
  public List<FoldedRun> findRuns(Collection<RunId> runIds, Collection<String> requestIds)
      throws StoreException {
    return access.read(connection -> RunQueries.find(connection, runIds, requestIds));
  }

  @Override
  public @Nullable FoldedRun findKept(RunId runId) throws StoreException {
    return first(access.read(connection -> DeletedRuns.findKept(connection, runId)));
  }

  @Override
  public Set<RunId> findDeleted(Collection<RunId> runIds) throws StoreException {
    return access.read(connection -> DeletedRuns.find(connection, runIds));
  }

  @Override
  public Map<RunId, List<RunId>> findForks(Collection<RunId> parentIds) throws StoreException {
    return access.read(connection -> DeletedRuns.findForks(connection, parentIds));
  }

  @Override
  public int idParts() throws StoreException {
    return access.read(StoredIds::parts);
  }

  @Override
  public void readIds(int part, int parts, BiConsumer<RunId, String> runs, Consumer<byte[]> deleted)
      throws StoreException {
    access.read(
        connection -> {
          StoredIds.readRuns(connection, part, parts, runs);
          StoredIds.readDeleted(connection, part, parts, deleted);
          return part;
        });
  }

  @Override
  public List<FoldedRun> listRuns(RunQuery query) throws StoreException {
    return access.read(connection -> RunQueries.list(connection, query));
  }

  @Override
  public ColdPage readPage(PageQuery query) throws StoreException {
    return access.read(connection -> EventPages.read(connection, "events", query));
  }

  @Override
  public List<ColdPage> readPages(PageQuery query, int eventsMax, long bytesMax)
      throws StoreException {
    return access.read(
        connection -> EventPages.read(connection, "events", query, eventsMax, bytesMax));
  }

  @Override
  public ColdPage readKeptPage(PageQuery query) throws StoreException {
    return access.read(connection -> EventPages.read(connection, "kept_events", query));
  }

  @Override
  public List<EventPlace> readLastPlaces(PageQuery query) throws StoreException {
    return access.read(connection -> LastPlaces.read(connection, "events", query));
  }

  @Override
  public List<EventPlace> readLastKeptPlaces(PageQuery query) throws StoreException {
    return access.read(connection -> LastPlaces.read(connection, "kept_events", query));
  }

  @Override
  public LogBlock readLog(LogQuery query) throws StoreException {
    return access.read(connection -> LogPages.read(connection, query));
  }

  private static @Nullable FoldedRun first(List<FoldedRun> runs) {
    return runs.isEmpty() ? null : runs.get(0);
  }
}
