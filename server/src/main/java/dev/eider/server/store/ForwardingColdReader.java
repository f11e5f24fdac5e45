package dev.eider.server.store;

import dev.eider.server.event.RunId;
import dev.eider.server.run.FoldedRun;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A base for decorators: forwards every call to another reader. As thread-safe as that one. */
public abstract class ForwardingColdReader implements ColdReader {
  private final ColdReader store;

  protected ForwardingColdReader(ColdReader store) {
    this.store = store;
  }

  @Override
  public @Nullable FoldedRun findRun(RunId runId) throws StoreException {
    return store.findRun(runId);
  }

  @Override
  public @Nullable FoldedRun peekRun(RunId runId) {
    return store.peekRun(runId);
  }

  @Override
  public List<FoldedRun> findRuns(Collection<RunId> runIds, Collection<String> requestIds)
      throws StoreException {
    return store.findRuns(runIds, requestIds);
  }

  @Override
  public @Nullable FoldedRun findKept(RunId runId) throws StoreException {
    return store.findKept(runId);
  }

  @Override
  public Set<RunId> findDeleted(Collection<RunId> runIds) throws StoreException {
    return store.findDeleted(runIds);
  }

  @Override
  public Map<RunId, List<RunId>> findForks(Collection<RunId> parentIds) throws StoreException {
    return store.findForks(parentIds);
  }

  @Override
  public int idParts() throws StoreException {
    return store.idParts();
  }

  @Override
  public void readIds(int part, int parts, BiConsumer<RunId, String> runs, Consumer<byte[]> deleted)
      throws StoreException {
    store.readIds(part, parts, runs, deleted);
  }

  @Override
  public List<FoldedRun> listRuns(RunQuery query) throws StoreException {
    return store.listRuns(query);
  }

  @Override
  public ColdPage readPage(PageQuery query) throws StoreException {
    return store.readPage(query);
  }

  @Override
  public @Nullable ColdPage peekPage(PageQuery query) {
    return store.peekPage(query);
  }

  @Override
  public List<ColdPage> readPages(PageQuery query, int eventsMax, long bytesMax)
      throws StoreException {
    return store.readPages(query, eventsMax, bytesMax);
  }

  @Override
  public LogBlock readLog(LogQuery query) throws StoreException {
    return store.readLog(query);
  }

  @Override
  public ColdPage readKeptPage(PageQuery query) throws StoreException {
    return store.readKeptPage(query);
  }

  @Override
  public List<EventPlace> readLastPlaces(PageQuery query) throws StoreException {
    return store.readLastPlaces(query);
  }

  @Override
  public List<EventPlace> readLastKeptPlaces(PageQuery query) throws StoreException {
    return store.readLastKeptPlaces(query);
  }
}
