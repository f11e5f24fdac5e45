package dev.eider.server.query;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What a query may name: few table functions, most other functions, the daemon's own tables. */
final class AllowedNames {
  /** Make rows of their arguments alone, or describe the daemon's own tables. */
  private static final Set<String> TABLE_FUNCTIONS =
      names(
          """
          range generate_series unnest json_each json_tree duckdb_tables duckdb_columns
          duckdb_views duckdb_types duckdb_functions
          """);

  /** Affect or tell what is outside of the query, wait, or take raw bytes for DuckDB's state. */
  private static final Set<String> REFUSED_FUNCTIONS =
      names(
          """
          getenv current_setting getvariable current_query current_query_id current_connection_id
          sleep_ms pg_sleep nextval currval setval setseed write_log stats vector_type index_key
          get_block_size pg_conf_load_time json_deserialize_sql json_serialize_sql
          json_serialize_plan to_aggregate_state finalize combine variant_bytes_to_variant
          variant_to_parquet_variant variant_normalize create_sort_key parse_duckdb_log_message
          """);

  /** Make something large of a number; see {@link Amplifiers}. */
  private static final Set<String> AMPLIFIERS =
      names("repeat lpad rpad range generate_series list_resize array_resize bitstring");

  private static final List<String> SYSTEM_PREFIXES =
      List.of("pg_", "sqlite_", "pragma_", "duckdb_");

  private static final Set<String> SYSTEM_TABLES =
      Set.of("duckdb_tables", "duckdb_columns", "duckdb_views", "duckdb_types");

  /** What is left of deleted runs is for the views of their forks only. */
  private static final Set<String> HIDDEN_TABLES =
      Set.of("kept_runs", "kept_events", "deleted_runs");

  private static final Set<String> SHOWN = Set.of("tables", "__show_tables_expanded");

  private static Set<String> names(String separated) {
    return Set.of(separated.strip().split("\\s+"));
  }

  static boolean isTableFunction(String name) {
    return TABLE_FUNCTIONS.contains(lower(name));
  }

  static boolean isFunction(String name) {
    String lower = lower(name);
    return !REFUSED_FUNCTIONS.contains(lower) && !lower.startsWith("__internal");
  }

  static boolean isAmplifier(String name) {
    return AMPLIFIERS.contains(lower(name));
  }

  /** A table's name is one that no file has; whether there is such a table is DuckDB's to say. */
  static boolean isTable(String schema, String table) {
    String lower = lower(table);
    if (lower(schema).equals("information_schema")) {
      return true;
    }
    boolean isSystem = SYSTEM_PREFIXES.stream().anyMatch(lower::startsWith);
    return (schema.isEmpty() || lower(schema).equals("main"))
        && !HIDDEN_TABLES.contains(lower)
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
