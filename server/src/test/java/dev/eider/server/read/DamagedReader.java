package dev.eider.server.read;

import dev.eider.server.event.RunId;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.store.ColdReader;
import dev.eider.server.store.StoreException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** A store whose file is damaged everywhere. */
public final class DamagedReader implements ColdReader {
  @Override
  public FoldedRun findRun(RunId runId) throws StoreException {
    throw damage();
  }

  @Override
  public List<FoldedRun> findRuns(Collection<RunId> runIds, Collection<String> requestIds)
      throws StoreException {
    throw damage();
  }

  @Override
  public List<FoldedRun> listRuns(RunQuery query) throws StoreException {
    throw damage();
  }

  @Override
  public int idParts() throws StoreException {
    throw damage();
  }

  @Override
  public void readIds(int part, int parts, BiConsumer<RunId, String> runs, Consumer<byte[]> deleted)
      throws StoreException {
    throw damage();
  }

  @Override
  public ColdPage readPage(PageQuery query) throws StoreException {
    throw damage();
  }

  @Override
  public List<ColdPage> readPages(PageQuery query, int eventsMax, long bytesMax)
      throws StoreException {
    throw damage();
  }

  @Override
  public LogBlock readLog(LogQuery query) throws StoreException {
    throw damage();
  }

  @Override
  public FoldedRun findKept(RunId runId) throws StoreException {
    throw damage();
  }

  @Override
  public Set<RunId> findDeleted(Collection<RunId> runIds) throws StoreException {
    throw damage();
  }

  @Override
  public Map<RunId, List<RunId>> findForks(Collection<RunId> parentIds) throws StoreException {
    throw damage();
  }

  @Override
  public ColdPage readKeptPage(PageQuery query) throws StoreException {
    throw damage();
  }

  @Override
  public List<EventPlace> readLastPlaces(PageQuery query) throws StoreException {
    throw damage();
  }

  @Override
  public List<EventPlace> readLastKeptPlaces(PageQuery query) throws StoreException {
    throw damage();
  }

  private static StoreException damage() {
    return new StoreException(
        StoreException.Kind.DAMAGE,
        "events.duckdb is damaged",
        new IllegalStateException("Corrupt database file"));
  }
}
