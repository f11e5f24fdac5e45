package dev.eider.server.store.connection;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.eider.server.store.StoreException;
import dev.eider.server.store.sql.Statements;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Objects;

/** Brings a file to the format that this daemon reads and writes; the tables are schema.sql. */
public final class Schema {
  /** The file's name in SQL. */
  public static final String DATABASE = "events";

  /**
   * The rows of a row group. A transaction with at least as many is written into the file at once,
   * compressed, instead of into DuckDB's log first, which halves what it costs. With fewer, a file
   * takes more room.
   */
  public static final int ROW_GROUP_ROWS = 30_720;

  /** The format of schema.sql. */
  static final int FORMAT_VERSION = 2;

  private Schema() {}

  /**
   * Creates what is missing, in one transaction.
   *
   * @throws StoreException if the file is something else, or of another format; it is left as it is
   */
  static void prepare(Connection connection, Path file) throws SQLException, StoreException {
    isPrepared(connection, file);
    Statements.execute(connection, "BEGIN TRANSACTION");
    Statements.execute(connection, sql());
    Statements.execute(connection, "COMMIT");
    isPrepared(connection, file);
  }

  /**
   * Returns whether the tables are there. Changes nothing.
   *
   * @throws StoreException if the file is something else, or of a newer format
   */
  static boolean isPrepared(Connection connection, Path file) throws SQLException, StoreException {
    if (count(connection, "duckdb_tables() WHERE table_name = 'store_state'") == 0) {
      if (count(connection, "duckdb_tables() WHERE table_name IN ('events', 'runs')") > 0) {
        throw new StoreException(
            file + " has tables of another program; move it away or name another file");
      }
      return false;
    }
    long rows = count(connection, "store_state");
    if (rows != 1) {
      throw new StoreException(
          "%s is damaged: store_state has %d rows; restore it from a copy".formatted(file, rows));
    }
    long version = Statements.number(connection, "SELECT format_version FROM store_state");
    if (version > FORMAT_VERSION) {
      throw new StoreException(
          "%s has format version %d, newer than %d, which is what this daemon knows; start the newer"
                  .formatted(file, version, FORMAT_VERSION)
              + " daemon that wrote it");
    }
    if (version < FORMAT_VERSION) {
      throw new StoreException(
          "%s has format version %d, of a build before the first release; this daemon knows %d only:"
                  .formatted(file, version, FORMAT_VERSION)
              + " start it on another directory");
    }
    return true;
  }

  private static long count(Connection connection, String from) throws SQLException {
    return Statements.number(connection, "SELECT count(*) FROM " + from);
  }

  /** Returns the SQL that creates the tables and views. */
  public static String sql() {
    try (InputStream in =
        Objects.requireNonNull(Schema.class.getResourceAsStream("schema.sql"), "schema.sql")) {
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("schema.sql is part of this program", e);
    }
  }
}
