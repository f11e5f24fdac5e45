package dev.eider.server.files.library;

import dev.eider.server.event.RunId;
import dev.eider.server.files.format.LibraryFile;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.store.ColdReader;
import dev.eider.server.store.ForwardingColdReader;
import dev.eider.server.store.LibraryFileException;
import dev.eider.server.store.StoreException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the daemon's own runs and those of libraries. No id is of both, so the id says where to
 * read. What is asked of all events, of deleted runs and of forks concerns the daemon's own alone.
 * Thread-safe.
 */
public final class LibraryReader extends ForwardingColdReader {
  private static final Path NOWHERE = Path.of("(gone)");

  private final LibraryIndex index;

  public LibraryReader(ColdReader store, LibraryIndex index) {
    super(store);
    this.index = index;
  }

  @Override
  public @Nullable FoldedRun findRun(RunId runId) throws StoreException {
    FoldedRun inLibrary = index.find(runId);
    return inLibrary == null ? super.findRun(runId) : inLibrary;
  }

  @Override
  public List<FoldedRun> findRuns(Collection<RunId> runIds, Collection<String> requestIds)
      throws StoreException {
    List<FoldedRun> found = new ArrayList<>();
    Set<RunId> own = new HashSet<>(runIds);
    for (RunId runId : runIds) {
      FoldedRun inLibrary = index.find(runId);
      if (inLibrary != null) {
        found.add(inLibrary);
        own.remove(runId);
      }
    }
    found.addAll(super.findRuns(own, requestIds));
    return found;
  }

  @Override
  public List<FoldedRun> listRuns(RunQuery query) throws StoreException {
    List<FoldedRun> own = super.listRuns(query);
    List<FoldedRun> inLibrary = index.list(query);
    return inLibrary.isEmpty()
        ? own
        : Stream.concat(own.stream(), inLibrary.stream())
            .sorted(LibraryIndex.NEWEST_FIRST)
            .limit(query.runsMax())
            .toList();
  }

  /**
   * Finds the file of a run; null if it is in none.
   *
   * @throws LibraryFileException if the file was changed since the reader began
   */
  private @Nullable LibraryFile findFile(PageQuery query) throws LibraryFileException {
    LibraryFile file = index.findFile(query.runId());
    FoldedRun run = index.find(query.runId());
    if (file == null && query.untilPosition() < 0) {
      throw new LibraryFileException(
          NOWHERE, "run " + query.runId() + " is in no file of a library any more", null);
    }
    if (file != null && run != null && run.lastPosition() != query.untilPosition()) {
      throw new LibraryFileException(
          file.path(), "run " + query.runId() + " is not what it was when it was asked for", null);
    }
    return file;
  }

  @Override
  public ColdPage readPage(PageQuery query) throws StoreException {
    LibraryFile file = findFile(query);
    return file == null ? super.readPage(query) : file.readPage(query);
  }

  @Override
  public List<ColdPage> readPages(PageQuery query, int eventsMax, long bytesMax)
      throws StoreException {
    LibraryFile file = findFile(query);
    return file == null
        ? super.readPages(query, eventsMax, bytesMax)
        : file.readPages(query, eventsMax, bytesMax);
  }

  @Override
  public List<EventPlace> readLastPlaces(PageQuery query) throws StoreException {
    LibraryFile file = findFile(query);
    return file == null ? super.readLastPlaces(query) : file.readLastPlaces(query);
  }
}
