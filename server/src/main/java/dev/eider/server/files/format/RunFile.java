package dev.eider.server.files.format;

import dev.eider.server.event.EncodedEvent;
import dev.eider.server.event.RunId;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.RunSums;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.row.LargeRows;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
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
  private final Deque<EncodedEvent> page = new ArrayDeque<>();
  private final Deque<RowCursor.Key> pageKeys = new ArrayDeque<>();
  private RunSums sums = new RunSums(new RunId(""));
  private @Nullable RunId runId;
  private long createTimeUs;
  private long closeTimeUs;

  private RunFile(
      ScratchDatabase database, RowCursor keys, FileRows rows, @Nullable Manifest manifest) {
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
        database.execute(OlderRows.SORTED_COPY);
        return new RunFile(
            database,
            RowCursor.ofPages(database, OlderRows.KEYS, config.eventBytesMax()),
            new OlderRows(database, rules),
            null);
      }
      return new RunFile(
          database,
          RowCursor.ofStream(
              database, ExportRows.keys(layout.table("events")), config.eventBytesMax()),
          new ExportRows(database, layout.table("events"), rules),
          new Manifest(database, Manifest.ofTable(layout.table("runs")), rules, nowUs));
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
          new Manifest(database, Manifest.ofParquet(file), rules, nowUs));
    } catch (SQLException | RuntimeException e) {
      database.close();
      throw e;
    }
  }

  /** Moves to the next run; returns null after the last. */
  public @Nullable RunId next() throws StoreException {
    try {
      RowCursor.Key key = peek();
      RunId next = manifest == null ? idOf(key) : manifest.next();
      if (manifest != null && key != null && (next == null || key.isBefore(next))) {
        throw FileFaults.ofRun(key.runId(), "it has events and no row in runs");
      }
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
    return key == null ? null : Manifest.runId(key.runId());
  }

  /** Returns the run's next event, or null after the last. */
  public @Nullable EncodedEvent nextEvent() throws StoreException {
    try {
      RowCursor.Key key = peek();
      if (runId == null || key == null || !key.runId().equals(runId.value())) {
        return null;
      }
      if (page.isEmpty()) {
        page.addAll(rows.read(new ArrayList<>(pageKeys)));
      }
      pageKeys.remove();
      EncodedEvent event = page.remove();
      if (manifest != null && key.seq() != sums.headSeq() + 1) {
        throw FileFaults.ofRow(key.runId(), key.seq(), "its seq does not follow " + sums.headSeq());
      }
      sums.add(event);
      createTimeUs = Math.min(createTimeUs, key.tsUs());
      closeTimeUs = Math.max(closeTimeUs, key.tsUs());
      return event;
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

  /** Returns the run that was read, closed, with positions 0. */
  public FoldedRun run() {
    RunId read = Objects.requireNonNull(runId, "no run");
    return manifest == null
        ? OlderRows.run(read, sums, createTimeUs, closeTimeUs)
        : manifest.run(sums);
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
}
