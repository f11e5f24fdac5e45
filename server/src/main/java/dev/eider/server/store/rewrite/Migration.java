package dev.eider.server.store.rewrite;

import dev.eider.server.event.EncodedEvent;
import dev.eider.server.event.RunId;
import dev.eider.server.store.EventRow;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.connection.DuckDbErrors;
import dev.eider.server.store.connection.Schema;
import dev.eider.server.store.connection.StoreAccess;
import dev.eider.server.store.connection.StoreConnections;
import dev.eider.server.store.connection.StoreOpener;
import dev.eider.server.store.row.EventDelta;
import dev.eider.server.store.sql.Statements;
import dev.eider.server.store.write.CheckpointBudget;
import dev.eider.server.store.write.EventAppender;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a file of format 2 to format 3: reads its events in the order in which they lie there, and
 * writes each anew into a file beside it, which then takes its name. So columns that came later are
 * there for events that were stored before.
 *
 * <p>The old file is only read. A crash before the rename leaves it, and the next start begins
 * again; a crash after the rename leaves the new one. Used by the thread that starts the daemon,
 * while nobody else reads.
 */
public final class Migration {
  private static final Logger LOG = LoggerFactory.getLogger(Migration.class);

  private static final String OLDER = Schema.DATABASE + ".main";
  private static final String SUMS =
      "SELECT count(*) || ' ' || coalesce(sum(seq), 0) || ' ' || coalesce(sum(event_size), 0) FROM ";

  private static final int KEYS_AT_ONCE = 20_000;
  private static final long PAGE_BYTES = 4L << 20;
  private static final long TRANSACTION_ROWS = 4L * Schema.ROW_GROUP_ROWS;
  private static final long TRANSACTION_BYTES = 64L << 20;
  private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final byte[] NO_TEXT = new byte[0];

  private final StoreOpener opener;
  private final DuckDBConnection writer;
  private final DuckDBConnection reader;
  private final CheckpointBudget budget;
  private final long total;
  private final long startNanos = System.nanoTime();
  private long told = startNanos;
  private long count;
  private long pendingRows;
  private long pendingBytes;

  private Migration(StoreOpener opener, DuckDBConnection writer, DuckDBConnection reader)
      throws SQLException {
    this.opener = opener;
    this.writer = writer;
    this.reader = reader;
    budget = new CheckpointBudget(opener.memoryLimitBytes());
    total =
        Statements.number(
            reader,
            "SELECT (SELECT count(*) FROM %1$s.events) + (SELECT count(*) FROM %1$s.kept_events)"
                .formatted(OLDER));
  }

  /**
   * Migrates an open file; it is open again when this returns.
   *
   * @throws StoreException if the disk has no room for it, or refuses; the file is as it was
   */
  public static void run(StoreAccess access, StoreOpener opener) throws StoreException {
    StoreConnections connections = access.connections();
    long position = access.persistedPosition();
    opener.rewriteFiles().deleteLeftovers();
    requireRoom(opener);
    try (DuckDBConnection reader = connections.writer().duplicate()) {
      new Migration(opener, connections.writer(), reader).copy();
    } catch (SQLException e) {
      throw DuckDbErrors.storeException(
          "cannot migrate %s to format 3, it is left as it was: %s"
              .formatted(opener.file(), e.getMessage()),
          e);
    }
    if (!access.release(connections)) {
      throw new StoreException(opener.file() + " is still being read");
    }
    opener.rewriteFiles().swap();
    access.reopen(position);
  }

  private static void requireRoom(StoreOpener opener) throws StoreException {
    try {
      // The copy, and its write-ahead log until a checkpoint.
      long size = Files.size(opener.file());
      long needed = size * 5 / 4 + Math.min(2 * size, 4 * TRANSACTION_BYTES);
      if (opener.usableBytes() < needed) {
        throw new StoreException(
            "%s is to be migrated to format 3, which takes %d bytes beside it, and the disk has %d:"
                    .formatted(opener.file(), needed, opener.usableBytes())
                + " free some and start again; nothing was changed");
      }
    } catch (IOException e) {
      throw new StoreException("cannot tell the size of " + opener.file(), e);
    }
  }

  private void copy() throws SQLException, StoreException {
    LOG.info("migrating {} to format 3, events: {}", opener.file(), total);
    // So that the file can be renamed over: what is in its write-ahead log goes into it.
    Statements.execute(writer, "CHECKPOINT");
    Statements.execute(writer, FileCopy.attach(opener.rewriteFiles().copy()));
    Statements.execute(writer, "USE " + FileCopy.FILE);
    Statements.execute(writer, "BEGIN TRANSACTION");
    Statements.execute(writer, Schema.sql());
    for (String table : List.of("runs", "kept_runs", "deleted_runs")) {
      Statements.execute(
          writer, "INSERT INTO %s.%s FROM %s.%s".formatted(FileCopy.COPY, table, OLDER, table));
    }
    Statements.execute(
        writer,
        "UPDATE %s.store_state SET persisted_position = (SELECT persisted_position FROM %s.store_state)"
            .formatted(FileCopy.COPY, OLDER));
    for (String table : List.of("events", "kept_events")) {
      copyEvents(table);
      requireEqual(table);
    }
    Statements.execute(writer, "COMMIT");
    Statements.execute(writer, "CHECKPOINT " + FileCopy.FILE);
    Statements.execute(writer, "USE " + OLDER);
    Statements.execute(writer, "DETACH " + FileCopy.FILE);
    LOG.info(
        "migrated {} to format 3, events: {}, in {} s",
        opener.file(),
        count,
        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startNanos));
  }

  private void copyEvents(String table) throws SQLException {
    long nextRowId = 0;
    while (nextRowId >= 0) {
      nextRowId = copyKeys(table, nextRowId);
    }
  }

  /**
   * Copies the rows from a row id on, as many as one look at the narrow columns finds: wide ones
   * are read a page at a time.
   *
   * @return the next row id, or -1 at the end
   */
  private long copyKeys(String table, long fromRowId) throws SQLException {
    long from = fromRowId;
    long last = -1;
    long bytes = 0;
    try (PreparedStatement keys =
        reader.prepareStatement(
            "SELECT rowid, event_size FROM %s.%s WHERE rowid >= %d ORDER BY rowid LIMIT %d"
                .formatted(OLDER, table, fromRowId, KEYS_AT_ONCE))) {
      try (ResultSet rows = keys.executeQuery()) {
        while (rows.next()) {
          if (bytes > 0 && bytes + rows.getLong(2) > PAGE_BYTES) {
            copyPage(table, from, last);
            from = last + 1;
            bytes = 0;
          }
          last = rows.getLong(1);
          bytes += rows.getLong(2);
        }
      }
    }
    if (last < 0) {
      return -1;
    }
    copyPage(table, from, last);
    return last + 1;
  }

  private void copyPage(String table, long fromRowId, long lastRowId) throws SQLException {
    try (PreparedStatement page =
            reader.prepareStatement(
                """
                SELECT position, run_id, seq, event_size, event_rest,
                  CASE WHEN octet_length(event_rest) < event_size THEN encode(payload_json) END
                FROM %s.%s WHERE rowid >= %d AND rowid <= %d ORDER BY rowid
                """
                    .formatted(OLDER, table, fromRowId, lastRowId));
        ResultSet rows = page.executeQuery();
        DuckDBAppender appender = writer.createAppender(FileCopy.FILE, Schema.TABLES, table)) {
      while (rows.next()) {
        long bytes = EventAppender.appendRow(appender, row(rows));
        budget.spend(bytes);
        pendingBytes += bytes;
        count++;
        pendingRows++;
      }
      // close() would swallow a failure.
      appender.flush();
    }
    if (pendingRows >= TRANSACTION_ROWS || pendingBytes >= TRANSACTION_BYTES || budget.isSpent()) {
      commit();
    }
    tell();
  }

  private static EventRow row(ResultSet rows) throws SQLException {
    byte[] text = rows.getBytes(6);
    byte[] event =
        EventDelta.restore(rows.getBytes(5), text == null ? NO_TEXT : text, rows.getInt(4));
    return new EventRow(
        rows.getLong(1), new RunId(rows.getString(2)), rows.getLong(3), EncodedEvent.decode(event));
  }

  private void commit() throws SQLException {
    Statements.execute(writer, "COMMIT");
    // So that its write-ahead log stays small.
    Statements.execute(writer, "CHECKPOINT " + FileCopy.FILE);
    budget.renew();
    Statements.execute(writer, "BEGIN TRANSACTION");
    pendingRows = 0;
    pendingBytes = 0;
  }

  private void tell() {
    long now = System.nanoTime();
    if (now - told >= PROGRESS_NANOS) {
      told = now;
      LOG.info("migrating to format 3: {} of {} events, {} %", count, total, 100 * count / total);
    }
  }

  private void requireEqual(String table) throws SQLException, StoreException {
    String copied = sums(writer, FileCopy.COPY + "." + table);
    String there = sums(reader, OLDER + "." + table);
    if (!copied.equals(there)) {
      throw new StoreException(
          "the migrated table %s holds %s where %s is to be; %s is left as it was"
              .formatted(table, copied, there, opener.file()));
    }
  }

  private static String sums(DuckDBConnection connection, String table) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(SUMS + table);
        ResultSet rows = statement.executeQuery()) {
      rows.next();
      return rows.getString(1);
    }
  }
}
