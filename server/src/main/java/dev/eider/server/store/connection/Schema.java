package dev.eider.server.store.connection;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.eider.server.store.StoreException;
import dev.eider.server.store.row.EventColumns;
import dev.eider.server.store.sql.Statements;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Objects;

/**
 * Brings a file to the format that this daemon reads and writes; the tables are schema.sql and the
 * views views.sql.
 */
public final class Schema {
  /** The file's name in SQL. */
  public static final String DATABASE = "events";

  /**
   * The rows of a row group. A transaction with at least as many is written into the file at once,
   * compressed, instead of into DuckDB's log first, which halves what it costs. With fewer, a file
   * takes more room.
   */
  public static final int ROW_GROUP_ROWS = 30_720;

  /** Where the daemon's own tables are, for its own connections. */
  public static final String TABLES = "eider";

  /** Where callers ask. */
  static final String VIEWS = "main";

  /** The format of schema.sql. */
  static final int FORMAT_VERSION = 3;

  /** The format from which a file is migrated; its tables are in the schema of the views. */
  private static final int OLDER_VERSION = 2;

  private Schema() {}

  /**
   * Creates what is missing, in one transaction.
   *
   * @throws StoreException if the file is something else, or of another format; it is left as it is
   */
  static void prepare(Connection connection, Path file) throws SQLException, StoreException {
    contentOf(connection, file);
    Statements.execute(connection, "BEGIN TRANSACTION");
    Statements.execute(connection, sql());
    Statements.execute(connection, "COMMIT");
    contentOf(connection, file);
  }

  /**
   * Returns what is in the file. Changes nothing.
   *
   * @throws StoreException if it is something else, or of an unknown format
   */
  static Content contentOf(Connection connection, Path file) throws SQLException, StoreException {
    boolean isCurrent = hasState(connection, TABLES);
    if (!isCurrent && !hasState(connection, VIEWS)) {
      if (count(connection, "duckdb_tables() WHERE table_name IN ('events', 'runs')") > 0) {
        throw new StoreException(
            file + " has tables of another program; move it away or name another file");
      }
      return Content.NOTHING;
    }
    String state = (isCurrent ? TABLES : VIEWS) + ".store_state";
    long rows = count(connection, state);
    if (rows != 1) {
      throw new StoreException(
          "%s is damaged: store_state has %d rows; restore it from a copy".formatted(file, rows));
    }
    long version = Statements.number(connection, "SELECT format_version FROM " + state);
    if (version > FORMAT_VERSION) {
      throw new StoreException(
          "%s has format version %d, newer than %d, which is what this daemon knows; start the newer"
                  .formatted(file, version, FORMAT_VERSION)
              + " daemon that wrote it");
    }
    if (version < OLDER_VERSION) {
      throw new StoreException(
          "%s has format version %d, of a build before the first release; this daemon knows %d and"
                  .formatted(file, version, OLDER_VERSION)
              + " %d: start it on another directory".formatted(FORMAT_VERSION));
    }
    return version == FORMAT_VERSION ? Content.CURRENT : Content.OLDER;
  }

  private static boolean hasState(Connection connection, String schema) throws SQLException {
    return count(
            connection,
            "duckdb_tables() WHERE table_name = 'store_state' AND schema_name = '" + schema + "'")
        > 0;
  }

  private static long count(Connection connection, String from) throws SQLException {
    return Statements.number(connection, "SELECT count(*) FROM " + from);
  }

  /** Returns the SQL that creates the tables and views. */
  public static String sql() {
    return read("schema.sql").replace("{event_columns}", EventColumns.DEFINITIONS) + views("");
  }

  /**
   * Returns the SQL that creates the views, over tables as the store has them.
   *
   * @param moreColumns of events that the view shows too, such as {@code ", event"}
   */
  public static String views(String moreColumns) {
    return read("views.sql").replace("{more_columns}", moreColumns);
  }

  private static String read(String resource) {
    try (InputStream in =
        Objects.requireNonNull(Schema.class.getResourceAsStream(resource), resource)) {
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(resource + " is part of this program", e);
    }
  }

  /** What a file holds. */
  enum Content {
    /** No tables at all. */
    NOTHING,
    /** A store of the format before, which is to be migrated. */
    OLDER,
    /** A store of this format. */
    CURRENT;

    /** Returns the schema of the daemon's tables. */
    String tables() {
      return this == OLDER ? VIEWS : TABLES;
    }
  }
}
