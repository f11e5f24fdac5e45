package dev.eider.server.files.format;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;

/** The layout of the runs in a file. */
enum FileLayout {
  /** Tables runs and events with seq and the encoded event, in a schema behind the views. */
  EXPORT("eider"),
  /** The same in the schema of everything, without views: exports of format 1. */
  EXPORT_1("main"),
  /** One table events, of seven columns. */
  OLDER("main");

  private static final int MAGIC_BYTES = 12;
  private static final int DUCKDB_AT = 8;

  private static final String OLDER_COLUMNS =
      "('run_id', 'agent_id', 't', 'kind', 'payload_json', 'ts', 'schema_version')";

  private final String schema;

  FileLayout(String schema) {
    this.schema = schema;
  }

  /** Returns a table's name in SQL. */
  String table(String name) {
    return schema + "." + name;
  }

  /** Returns whether a file begins as Parquet does; refuses one that is no DuckDB file either. */
  static boolean isParquet(Path file) throws IOException {
    byte[] start;
    try (InputStream in = Files.newInputStream(file)) {
      start = in.readNBytes(MAGIC_BYTES);
    }
    String text = new String(start, StandardCharsets.ISO_8859_1);
    if (text.startsWith("PAR1")) {
      return true;
    }
    if (text.startsWith("DUCK", DUCKDB_AT)) {
      return false;
    }
    throw FileFaults.invalid("it is neither a DuckDB nor a Parquet file");
  }

  /** Returns the layout of a DuckDB file. */
  static FileLayout of(ScratchDatabase database) throws SQLException {
    if (database.number("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'events'") != 1) {
      throw FileFaults.invalid("it has no table events");
    }
    for (FileLayout layout : List.of(EXPORT, EXPORT_1)) {
      if (layout.columns(database, "'events' AND column_name IN ('run_id', 'seq', 'event')") == 3
          && layout.columns(database, "'runs' AND column_name IN ('run_id', 'head_seq', 'digest')")
              == 3) {
        layout.requireVersion(database);
        return layout;
      }
      if (layout.columns(database, "'events' AND column_name = 'event_rest'") == 1) {
        throw FileFaults.invalid(
            "it is the database of a daemon; start a daemon with its data directory, and export");
      }
    }
    if (OLDER.columns(database, "'events' AND column_name IN " + OLDER_COLUMNS) == 7) {
      return OLDER;
    }
    throw FileFaults.invalid("its table events has not the columns " + OLDER_COLUMNS);
  }

  private void requireVersion(ScratchDatabase database) throws SQLException {
    if (columns(database, "'export_info' AND column_name = 'format_version'") == 1) {
      requireVersion(database.number("SELECT max(format_version) FROM " + table("export_info")));
    }
  }

  static void requireVersion(long version) {
    if (version < 1) {
      throw FileFaults.invalid("it is a Parquet file without the metadata of an export");
    }
    if (version > RunFileWriter.FORMAT_VERSION) {
      throw FileFaults.invalid(
          "it has format version %d, newer than %d, which is what this daemon knows"
              .formatted(version, RunFileWriter.FORMAT_VERSION));
    }
  }

  /** Counts columns of tables; those of views do not count, since nothing in a file is run. */
  private long columns(ScratchDatabase database, String which) throws SQLException {
    return database.number(
        """
        SELECT count(*) FROM duckdb_columns() AS c
        WHERE NOT internal AND schema_name = '%s' AND table_name = %s
          AND EXISTS (FROM duckdb_tables() AS t WHERE t.table_oid = c.table_oid)
        """
            .formatted(schema, which));
  }
}
