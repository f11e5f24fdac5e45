package dev.eider.server.files.format;

import dev.eider.server.base.BrokerException;
import dev.eider.server.event.PackedEvents;
import dev.eider.server.event.RunId;
import dev.eider.server.event.SequencedEvent;
import dev.eider.server.files.format.RunPages.SeqRange;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.store.ColdReader.ColdPage;
import dev.eider.server.store.ColdReader.EventPlace;
import dev.eider.server.store.ColdReader.PageQuery;
import dev.eider.server.store.LibraryFileException;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.connection.DuckDbErrors;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A file of runs that stays where it is and belongs to another program: read through once, then in
 * pages.
 *
 * <p>Problem: while DuckDB has a file open, its owner cannot open it for writing; while it is
 * closed, it may change. So it is opened for each page and closed after it, and its {@link
 * FileStamp} must be that of the first reading before and after each page; DuckDB's lock keeps
 * other instances out in between. A file that was changed is refused for good: what was read of it
 * before and what it holds now are not one run.
 *
 * <p>One thread at a time has it open, since closing any handle of a file drops all locks that this
 * process has on it. Thread-safe; blocks.
 */
public final class LibraryFile {
  /** The longest wait for other readers of the file. */
  private static final long WAIT_MS = 5_000;

  private static final int BLOCK_EVENTS_MAX = 16_384;
  private static final long BLOCK_BYTES_MAX = 4 << 20;

  private final Path path;
  private final FileStamp stamp;
  private final ScratchConfig scratch;
  private final FileRules rules;
  private final ReentrantLock opening = new ReentrantLock();

  // Written by the thread that reads it through, read by those that cancel.
  private volatile @Nullable RunFile reading;
  private volatile boolean isCancelled;

  /** Why it could not be read when last tried; null if it could. Written by any reader. */
  private volatile @Nullable String change;

  /** The ids in the file of runs that have another here. */
  private final Map<RunId, String> originals = new ConcurrentHashMap<>();

  /** Does not open the file, which must be as it was when its stamp was taken. */
  public LibraryFile(Path path, FileStamp stamp, ScratchConfig scratch, FileRules rules) {
    this.path = path;
    this.stamp = stamp;
    this.scratch = scratch;
    this.rules = rules;
  }

  public Path path() {
    return path;
  }

  public FileStamp stamp() {
    return stamp;
  }

  /**
   * Reads the file as an import does, strictly and to its end.
   *
   * @param runs takes the runs, those that are at fault as well
   * @throws dev.eider.server.base.BrokerException if the file as a whole is at fault
   * @throws LibraryFileException if it is not, and may be read another time
   */
  public void readThrough(Runs runs) throws StoreException {
    lock();
    try (RunFile file = RunFile.open(path, scratch, rules, stamp.modifiedUs())) {
      reading = file;
      if (isCancelled) {
        file.cancel();
      }
      boolean goOn = true;
      while (goOn && file.next() != null) {
        FoldedRun run = file.readThroughOrSkip();
        goOn = run == null ? runs.addAtFault(file.badRun()) : add(run, file, runs);
      }
      requireUnchanged();
    } catch (LibraryFileException e) {
      throw e;
    } catch (StoreException e) {
      throw failed(e);
    } finally {
      reading = null;
      opening.unlock();
    }
  }

  private boolean add(FoldedRun run, RunFile file, Runs runs) {
    String original = file.originalId();
    if (!original.equals(run.runId().value())) {
      originals.put(run.runId(), original);
    }
    return runs.add(run.inLibrary());
  }

  /** Cancels a {@link #readThrough}. */
  public void cancel() {
    isCancelled = true;
    RunFile current = reading;
    if (current != null) {
      current.cancel();
    }
  }

  /**
   * Reads the next events of a run, or those of them that match the filter.
   *
   * @throws LibraryFileException if the file cannot be read, or is not what it was
   */
  public ColdPage readPage(PageQuery query) throws StoreException {
    return readPages(query, query.eventsMax(), query.bytesMax()).get(0);
  }

  /**
   * Reads pages that follow each other, at least one, each as {@link #readPage} would.
   *
   * @param eventsMax of all of them; a filter does not count
   * @param bytesMax of all of them, likewise
   * @throws LibraryFileException if the file cannot be read, or is not what it was
   */
  public List<ColdPage> readPages(PageQuery query, int eventsMax, long bytesMax)
      throws StoreException {
    lock();
    try {
      requireUnchanged();
      // Before DuckDB opens it: closing this handle would drop its lock.
      boolean isParquet = FileLayout.isParquet(path);
      try (ScratchDatabase database =
          isParquet
              ? ScratchDatabase.inMemory(path, scratch)
              : ScratchDatabase.read(path, scratch)) {
        RunPages pages = pages(database, isParquet, query.runId());
        List<ColdPage> read = readPages(pages, query, eventsMax, bytesMax);
        requireUnchanged();
        return read;
      }
    } catch (IOException | BrokerException | IllegalArgumentException e) {
      throw failed(e);
    } catch (SQLException e) {
      throw DuckDbErrors.isLocked(e) ? failed(FileFaults.locked(e)) : failed(e);
    } finally {
      opening.unlock();
    }
  }

  /**
   * Returns where the last events of a run are that a query selects, the last one first. Reads all
   * of what may match, a block at a time.
   *
   * @throws LibraryFileException if the file cannot be read, or is not what it was
   */
  public List<EventPlace> readLastPlaces(PageQuery query) throws StoreException {
    Deque<EventPlace> last = new ArrayDeque<>();
    PageQuery rest = query.inPages(query.untilSeq(), BLOCK_EVENTS_MAX, BLOCK_BYTES_MAX);
    while (rest.afterSeq() < query.untilSeq()) {
      ColdPage page = readPage(rest);
      for (SequencedEvent event : page.events()) {
        last.addFirst(new EventPlace(event.seq(), query.fromPosition()));
        if (last.size() > query.eventsMax()) {
          last.removeLast();
        }
      }
      rest = rest.after(page);
    }
    return List.copyOf(last);
  }

  private RunPages pages(ScratchDatabase database, boolean isParquet, RunId runId)
      throws SQLException {
    if (isParquet) {
      return ExportPages.ofParquet(database, path);
    }
    FileLayout layout = FileLayout.of(database);
    return layout == FileLayout.OLDER
        ? new OlderPages(database, rules, originals.getOrDefault(runId, runId.value()))
        : ExportPages.ofTable(database, layout.table("events"));
  }

  private List<ColdPage> readPages(RunPages pages, PageQuery query, int eventsMax, long bytesMax)
      throws SQLException, StoreException {
    SeqRange range = pages.range(query.runId(), query.matcher());
    long afterSeq = Math.max(query.afterSeq(), range.afterSeq());
    long untilSeq = Math.min(query.untilSeq(), range.untilSeq());
    if (afterSeq >= untilSeq) {
      return List.of(new ColdPage(PackedEvents.NONE, query.untilSeq(), query.fromPosition()));
    }
    // How many match is not known before they are read.
    boolean isWhole = query.matcher().matchesAll();
    int most = isWhole ? Math.min(eventsMax, BLOCK_EVENTS_MAX) : BLOCK_EVENTS_MAX;
    int wanted = (int) Math.min(most, untilSeq - afterSeq);
    long bytes = isWhole ? Math.min(bytesMax, BLOCK_BYTES_MAX) : BLOCK_BYTES_MAX;
    List<SequencedEvent> events = pages.read(query.runId(), afterSeq, wanted, bytes);
    requireNext(events, query.runId(), afterSeq);
    return cut(events, query, untilSeq);
  }

  private static List<ColdPage> cut(List<SequencedEvent> events, PageQuery query, long untilSeq) {
    List<ColdPage> pages = new ArrayList<>();
    int at = 0;
    while (at < events.size()) {
      ColdPage page = matching(events.subList(at, events.size()), query);
      at = (int) (page.scannedSeq() - events.get(0).seq() + 1);
      pages.add(
          page.scannedSeq() == untilSeq
              ? new ColdPage(page.events(), query.untilSeq(), query.fromPosition())
              : page);
    }
    return pages;
  }

  private static ColdPage matching(List<SequencedEvent> events, PageQuery query) {
    long scannedSeq = 0;
    long bytes = 0;
    List<SequencedEvent> matching = new ArrayList<>();
    for (SequencedEvent event : events) {
      if (matching.size() == query.eventsMax() || bytes >= query.bytesMax()) {
        break;
      }
      scannedSeq = event.seq();
      if (query.matcher().matches(event)) {
        matching.add(event);
        bytes += event.envelope().length;
      }
    }
    return new ColdPage(PackedEvents.of(matching), scannedSeq, query.fromPosition());
  }

  private void requireNext(List<SequencedEvent> events, RunId runId, long afterSeq)
      throws StoreException {
    long seq = afterSeq;
    for (SequencedEvent event : events) {
      seq++;
      if (event.seq() != seq) {
        throw new LibraryFileException(path, "run " + runId + " lacks event " + seq, null);
      }
    }
    if (events.isEmpty()) {
      throw new LibraryFileException(path, "run " + runId + " ends at " + afterSeq, null);
    }
  }

  /**
   * Requires that the file is what it was when it was found.
   *
   * @throws LibraryFileException saying what has become of it
   */
  public void requireUnchanged() throws LibraryFileException {
    try {
      if (!stamp.equals(FileStamp.of(path))) {
        throw changed(
            "it was changed after it was found; the daemon reads it anew at its next look", null);
      }
      change = null;
    } catch (NoSuchFileException e) {
      throw changed("it is gone", e);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private LibraryFileException changed(String problem, @Nullable Exception cause) {
    change = problem;
    return new LibraryFileException(path, problem, cause);
  }

  /** Returns what has become of the file, as far as a reader has met it; null for nothing. */
  public @Nullable String change() {
    return change;
  }

  private void lock() throws LibraryFileException {
    try {
      if (!opening.tryLock(WAIT_MS, TimeUnit.MILLISECONDS)) {
        throw new LibraryFileException(
            path, "other readers have been at it for " + WAIT_MS + " ms", null);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed(e);
    }
  }

  private LibraryFileException failed(Exception e) {
    return new LibraryFileException(path, String.valueOf(e.getMessage()), e);
  }

  /** Takes the runs of a file that is read through; each returns whether it takes more. */
  public interface Runs {
    /** Takes a run, closed. */
    boolean add(FoldedRun run);

    /** Takes a run that cannot be read. */
    boolean addAtFault(RunFile.BadRun run);
  }
}
