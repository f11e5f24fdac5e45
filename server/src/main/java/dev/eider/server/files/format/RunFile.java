package dev.eider.server.files.format;

import dev.eider.server.base.BrokerException;
import dev.eider.server.event.EncodedEvent;
import dev.eider.server.event.RunId;
import dev.eider.server.files.format.FileRows.FileRow;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.RunSums;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.row.LargeRows;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads a file of runs from beginning to end: {@link #next}, then {@link #nextEvent} until null,
 * then {@link #run}. Runs come by run id, events by seq. What is read is checked: against the rules
 * of the wire contract, and against the counts and digests of the file where it has them. A fault
 * is a {@link dev.eider.server.base.BrokerException} with INVALID_FILE, or with the reason that the
 * wire has for it.
 *
 * <p>Nothing in the file is run: the tables must be tables, and the instance that reads them
 * reaches nothing else. Everything blocks. Used by one thread, but for {@link #cancel}, which is
 * thread-safe.
 */
public final class RunFile implements AutoCloseable {
  private static final int PAGE_ROWS_MAX = 1_000;
  private static final long PAGE_BYTES_MAX = 512 << 10;

  private final ScratchDatabase database;
  private final RowCursor keys;
  private final FileRows rows;
  private final @Nullable Manifest manifest;
  private final @Nullable MappedRunIds mappedIds;
  private final Deque<FileRow> page = new ArrayDeque<>();
  private final Deque<RowCursor.Key> pageKeys = new ArrayDeque<>();
  private RunSums sums = new RunSums(new RunId(""));
  private @Nullable RunId runId;
  private long createTimeUs;
  private long closeTimeUs;
  private long inexactCount;

  /** The next run of the manifest, when it was read ahead. */
  private @Nullable RunId nextInManifest;

  private boolean isManifestAhead;

  /** Why the current run cannot be read; null if it can, as far as it was. */
  private @Nullable BrokerException fault;

  private long faultRow;

  private RunFile(
      ScratchDatabase database,
      RowCursor keys,
      FileRows rows,
      @Nullable Manifest manifest,
      @Nullable MappedRunIds mappedIds) {
    this.mappedIds = mappedIds;
    this.database = database;
    this.keys = keys;
    this.rows = rows;
    this.manifest = manifest;
  }

  /**
   * Opens a file.
   *
   * @param nowUs the close time of runs that are open in the file
   * @throws StoreException if it cannot be read for no fault of its own, as when it is locked
   */
  public static RunFile open(Path file, ScratchConfig config, FileRules rules, long nowUs)
      throws StoreException {
    try {
      return FileLayout.isParquet(file)
          ? openParquet(file, config, rules, nowUs)
          : openDuckDb(file, config, rules, nowUs);
    } catch (IOException e) {
      throw new StoreException("the file cannot be read: " + e.getMessage(), e);
    } catch (SQLException e) {
      throw FileFaults.unreadable(e);
    }
  }

  private static RunFile openDuckDb(Path file, ScratchConfig config, FileRules rules, long nowUs)
      throws SQLException {
    ScratchDatabase database = ScratchDatabase.read(file, config);
    try {
      FileLayout layout = FileLayout.of(database);
      if (layout == FileLayout.OLDER) {
        MappedRunIds mappedIds = MappedRunIds.of(database);
        database.execute(OlderRows.SORTED_COPY);
        return new RunFile(
            database,
            RowCursor.ofPages(database, OlderRows.KEYS, config.eventBytesMax()),
            new OlderRows(database, rules),
            null,
            mappedIds);
      }
      return new RunFile(
          database,
          RowCursor.ofStream(
              database, ExportRows.keys(layout.table("events")), config.eventBytesMax()),
          new ExportRows(database, layout.table("events"), rules),
          new Manifest(database, Manifest.ofTable(layout.table("runs")), rules, nowUs),
          null);
    } catch (SQLException | RuntimeException e) {
      database.close();
      throw e;
    }
  }

  private static RunFile openParquet(Path file, ScratchConfig config, FileRules rules, long nowUs)
      throws SQLException {
    ScratchDatabase database = ScratchDatabase.inMemory(file, config);
    try {
      FileLayout.requireVersion(database.number(Manifest.versionOfParquet(file)));
      database.execute(ExportRows.sortedCopyOfParquet(file));
      return new RunFile(
          database,
          RowCursor.ofStream(database, ExportRows.keys("sorted"), config.eventBytesMax()),
          new ExportRows(database, "sorted", rules),
          new Manifest(database, Manifest.ofParquet(file), rules, nowUs),
          null);
    } catch (SQLException | RuntimeException e) {
      database.close();
      throw e;
    }
  }

  /** Moves to the next run; returns null after the last. */
  public @Nullable RunId next() throws StoreException {
    try {
      RowCursor.Key key = peek();
      fault = null;
      faultRow = 0;
      RunId next = manifest == null ? idOf(key) : nextOf(manifest, key);
      runId = next;
      createTimeUs = Long.MAX_VALUE;
      closeTimeUs = Long.MIN_VALUE;
      if (next != null) {
        sums = new RunSums(next);
      }
      return next;
    } catch (SQLException e) {
      throw FileFaults.unreadable(e);
    }
  }

  private static @Nullable RunId idOf(RowCursor.@Nullable Key key) {
    return key == null ? null : new RunId(key.runId());
  }

  /** Returns the next run of the manifest, or a run before it that has events only. */
  private @Nullable RunId nextOf(Manifest said, RowCursor.@Nullable Key key) throws SQLException {
    if (!isManifestAhead) {
      nextInManifest = said.next();
    }
    RunId next = nextInManifest;
    isManifestAhead = key != null && (next == null || key.isBefore(next));
    if (isManifestAhead && key != null) {
      fault = FileFaults.ofRun(key.runId(), "it has events and no row in runs");
      return new RunId(key.runId());
    }
    fault = said.fault();
    return next;
  }

  /**
   * Returns the run's next event, or null after the last.
   *
   * @throws BrokerException for which {@link #isOfRun} says whether only this run is at fault
   */
  public @Nullable EncodedEvent nextEvent() throws StoreException {
    requireNoFault();
    try {
      RowCursor.Key key = peek();
      if (!isOfCurrentRun(key) || key == null) {
        return null;
      }
      if (page.isEmpty()) {
        readPage();
      }
      FileRow row = page.element();
      if (row.fault() != null) {
        fault = row.fault();
      } else if (manifest != null && key.seq() != sums.headSeq() + 1) {
        fault =
            FileFaults.ofRow(key.runId(), key.seq(), "its seq does not follow " + sums.headSeq());
      }
      if (fault != null) {
        faultRow = key.seq();
        throw fault;
      }
      pageKeys.remove();
      page.remove();
      EncodedEvent event = row.get();
      sums.add(event);
      inexactCount += row.inexactCount();
      createTimeUs = Math.min(createTimeUs, key.tsUs());
      closeTimeUs = Math.max(closeTimeUs, key.tsUs());
      return event;
    } catch (SQLException e) {
      throw FileFaults.unreadable(e);
    }
  }

  private boolean isOfCurrentRun(RowCursor.@Nullable Key key) {
    return runId != null && key != null && key.runId().equals(runId.value());
  }

  private void readPage() throws SQLException {
    List<RowCursor.Key> readable = pageKeys.stream().filter(key -> key.problem() == null).toList();
    Iterator<FileRow> read =
        readable.isEmpty() ? Collections.emptyIterator() : rows.read(readable).iterator();
    for (RowCursor.Key key : pageKeys) {
      String problem = key.problem();
      page.add(
          problem == null
              ? read.next()
              : FileRow.atFault(FileFaults.ofRow(key.runId(), key.seq(), problem)));
    }
  }

  private void requireNoFault() {
    if (fault != null) {
      throw fault;
    }
  }

  /** Returns whether a refusal concerns the current run, so that the next one may be good. */
  public boolean isOfRun(BrokerException refusal) {
    return refusal == fault;
  }

  /** Returns what is wrong with the current run, after a refusal that concerns it. */
  public BadRun badRun() {
    return new BadRun(
        Objects.requireNonNull(runId, "no run"),
        faultRow,
        Objects.requireNonNull(fault, "no fault").text());
  }

  /** Moves to the end of the run without reading it. */
  public void skip() throws StoreException {
    try {
      while (isOfCurrentRun(peek())) {
        pageKeys.remove();
        page.poll();
      }
    } catch (SQLException e) {
      throw FileFaults.unreadable(e);
    }
  }

  /** Reads the rest of the run's events for their sums, and returns the run. */
  public FoldedRun readThrough() throws StoreException {
    boolean isRead = false;
    while (!isRead) {
      // A large event takes several times its size while it is read.
      try (LargeRows.Turn turn = LargeRows.take()) {
        isRead = nextEvent() == null;
      }
    }
    return run();
  }

  /** Reads the run through; one that is at fault is skipped, and null is returned. */
  public @Nullable FoldedRun readThroughOrSkip() throws StoreException {
    try {
      return readThrough();
    } catch (BrokerException refusal) {
      if (!isOfRun(refusal)) {
        throw refusal;
      }
      skip();
      return null;
    }
  }

  /** Returns the run that was read, closed, with positions 0. */
  public FoldedRun run() {
    requireNoFault();
    RunId read = Objects.requireNonNull(runId, "no run");
    if (manifest == null) {
      @Nullable String label = mappedIds == null ? null : mappedIds.label(read);
      return OlderRows.run(read, sums, label, createTimeUs, closeTimeUs);
    }
    try {
      return manifest.run(sums);
    } catch (BrokerException refusal) {
      fault = refusal;
      throw refusal;
    }
  }

  /** Returns the id that the current run has in the file. */
  public String originalId() {
    RunId read = Objects.requireNonNull(runId, "no run");
    return mappedIds == null ? read.value() : mappedIds.original(read);
  }

  /** Returns how many integers in what was read no double holds. */
  public long inexactCount() {
    return inexactCount;
  }

  /** Cancels what is under way, and all that comes after. */
  public void cancel() {
    database.cancel();
  }

  @Override
  public void close() {
    try {
      keys.close();
      if (manifest != null) {
        manifest.close();
      }
    } catch (SQLException e) {
      throw new IllegalStateException("a result could not be closed", e);
    } finally {
      database.close();
    }
  }

  /** Returns the key of the next row; reads those of its page along with it. */
  private RowCursor.@Nullable Key peek() throws SQLException {
    if (pageKeys.isEmpty()) {
      List<RowCursor.Key> next = keys.page(PAGE_ROWS_MAX, PAGE_BYTES_MAX);
      pageKeys.addAll(next);
    }
    return pageKeys.peek();
  }

  /**
   * A run that is at fault. Immutable.
   *
   * @param row counted from 1 in the order of the run; 0 if it is not one row
   * @param reason for people
   */
  public record BadRun(RunId runId, long row, String reason) {}
}
