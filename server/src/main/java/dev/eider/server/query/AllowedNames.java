package dev.eider.server.query;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What a query may name: few table functions, most other functions, the daemon's own tables. */
final class AllowedNames {
  /** Make rows of their arguments alone, or describe the daemon's own tables. */
  private static final Set<String> TABLE_FUNCTIONS =
      Set.of(
          "range",
          "generate_series",
          "unnest",
          "json_each",
          "json_tree",
          "duckdb_tables",
          "duckdb_columns",
          "duckdb_views",
          "duckdb_types",
          "duckdb_functions");

  /**
   * Change or tell something outside of the query, wait, or take raw bytes for a state of DuckDB's
   * own.
   */
  private static final Set<String> REFUSED_FUNCTIONS =
      Set.of(
          "getenv",
          "current_setting",
          "getvariable",
          "current_query",
          "current_query_id",
          "current_connection_id",
          "sleep_ms",
          "pg_sleep",
          "nextval",
          "currval",
          "setval",
          "setseed",
          "write_log",
          "stats",
          "vector_type",
          "index_key",
          "get_block_size",
          "pg_conf_load_time",
          "json_deserialize_sql",
          "json_serialize_sql",
          "json_serialize_plan",
          "to_aggregate_state",
          "finalize",
          "combine",
          "variant_bytes_to_variant",
          "variant_to_parquet_variant",
          "variant_normalize",
          "create_sort_key",
          "parse_duckdb_log_message");

  private static final List<String> SYSTEM_PREFIXES =
      List.of("pg_", "sqlite_", "pragma_", "duckdb_");

  private static final Set<String> SYSTEM_TABLES =
      Set.of("duckdb_tables", "duckdb_columns", "duckdb_views", "duckdb_types");

  private static final Set<String> SHOWN = Set.of("tables", "__show_tables_expanded");

  private AllowedNames() {}

  static boolean isTableFunction(String name) {
    return TABLE_FUNCTIONS.contains(lower(name));
  }

  static boolean isFunction(String name) {
    String lower = lower(name);
    return !REFUSED_FUNCTIONS.contains(lower) && !lower.startsWith("__internal");
  }

  /** A table's name is one that no file has; whether there is such a table is DuckDB's to say. */
  static boolean isTable(String schema, String table) {
    String lower = lower(table);
    if (lower(schema).equals("information_schema")) {
      return true;
    }
    boolean isSystem = SYSTEM_PREFIXES.stream().anyMatch(lower::startsWith);
    return (schema.isEmpty() || lower(schema).equals("main"))
        && (!isSystem || SYSTEM_TABLES.contains(lower))
        && lower.chars().allMatch(c -> Character.isLetterOrDigit(c) || c == '_' || c == ' ');
  }

  static boolean isShown(String name) {
    return SHOWN.contains(lower(name).replace("\"", ""));
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
