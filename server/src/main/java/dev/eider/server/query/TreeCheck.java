package dev.eider.server.query;

import dev.eider.server.base.BrokerException;
import dev.eider.v1.ErrorReason;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Walks a syntax tree and refuses what a query may not name. Used once, by one thread. */
final class TreeCheck {
  /** The statements and their parts that only read. */
  private static final Set<String> NODES =
      Set.of("SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE");

  /**
   * The most that the numbers given to functions that make something large of a number may come to
   * when multiplied: such a call does not stop when it is cancelled, and its memory is not counted.
   */
  private static final long AMPLIFIED_MAX = 100_000;

  private final int offset;
  private long amplified = 1;

  /** Adds {@code offset} to the positions in the tree. */
  TreeCheck(int offset) {
    this.offset = offset;
  }

  /** Checks a tree; throws INVALID_QUERY. */
  void check(Map<String, @Nullable Object> tree) {
    walk(tree);
  }

  private void walk(@Nullable Object part) {
    if (part instanceof List<?> list) {
      list.forEach(this::walk);
    } else if (part instanceof Map<?, ?> object) {
      boolean isTableFunction = checkKind(object);
      for (Map.Entry<?, ?> field : object.entrySet()) {
        if (isTableFunction
            && "function".equals(field.getKey())
            && field.getValue() instanceof Map<?, ?> call) {
          call.values().forEach(this::walk);
        } else {
          walk(field.getValue());
        }
      }
    }
  }

  /** Checks what an object of the tree names; returns whether it is a table function. */
  private boolean checkKind(Map<?, ?> object) {
    String type = text(object, "type");
    if (type.endsWith("_NODE") && !NODES.contains(type)) {
      throw refused(object, "only SELECT is allowed, not " + type);
    }
    switch (type) {
      case "BASE_TABLE" -> checkTable(object);
      case "SHOW_REF" -> checkShow(object);
      case "TABLE_FUNCTION" -> {
        String name =
            object.get("function") instanceof Map<?, ?> call ? text(call, "function_name") : "";
        if (!AllowedNames.isTableFunction(name)) {
          throw refused(object, "the table function " + quoted(name) + " is not allowed");
        }
        return true;
      }
      default -> {
        if (object.containsKey("function_name")) {
          checkFunction(object, text(object, "function_name"));
        }
      }
    }
    return false;
  }

  private void checkTable(Map<?, ?> table) {
    String name = text(table, "table_name");
    boolean isElsewhere = !text(table, "catalog_name").isEmpty() || table.get("at_clause") != null;
    if (isElsewhere || !AllowedNames.isTable(text(table, "schema_name"), name)) {
      throw refused(table, "the table " + quoted(name) + " is not allowed");
    }
  }

  private void checkShow(Map<?, ?> show) {
    String name = text(show, "table_name");
    boolean isAllowed =
        switch (text(show, "show_type")) {
          case "SHOW_SPECIAL", "SHOW_FROM" -> AllowedNames.isShown(name);
          case "DESCRIBE", "SUMMARY" ->
              name.isEmpty()
                  || AllowedNames.isTable(text(show, "schema_name"), name.replace("\"", ""));
          default -> show.get("query") != null && name.isEmpty();
        };
    if (!isAllowed || !text(show, "catalog_name").isEmpty()) {
      throw refused(show, "SHOW " + name + " is not allowed; use SHOW TABLES or DESCRIBE");
    }
  }

  private void checkFunction(Map<?, ?> call, String anyCase) {
    String name = anyCase.toLowerCase(Locale.ROOT);
    if (!AllowedNames.isFunction(name) || "true".equals(call.get("export_state"))) {
      throw refused(call, "the function " + quoted(name) + " is not allowed");
    }
    if (AllowedNames.isAmplifier(name)) {
      List<?> arguments = call.get("children") instanceof List<?> list ? list : List.of();
      boolean isNumbers = name.equals("range") || name.equals("generate_series");
      for (Object argument : isNumbers ? arguments : lengths(arguments)) {
        amplified = Math.multiplyExact(amplified, 1 + amount(call, name, argument));
        if (amplified > AMPLIFIED_MAX) {
          throw refused(call, "more than " + AMPLIFIED_MAX + " is asked of " + quoted(name));
        }
      }
    }
  }

  /** The second argument is a length. */
  private static List<?> lengths(List<?> arguments) {
    return arguments.size() < 2 ? List.of() : arguments.subList(1, 2);
  }

  private long amount(Map<?, ?> call, String name, Object argument) {
    if (argument instanceof Map<?, ?> constant
        && "CONSTANT".equals(constant.get("class"))
        && constant.get("value") instanceof Map<?, ?> value
        && value.get("value") instanceof String digits
        && digits.matches("-?\\d{1,9}")) {
      return Math.abs(Long.parseLong(digits));
    }
    throw refused(
        call, quoted(name) + " takes constant whole numbers only, up to " + AMPLIFIED_MAX);
  }

  private RuntimeException refused(Map<?, ?> object, String problem) {
    String location = text(object, "query_location");
    // Where there is none, the tree has the largest number of 64 bits.
    return refusal(problem, location.matches("\\d{1,9}") ? offset + Long.parseLong(location) : -1);
  }

  private static String text(Map<?, ?> object, String key) {
    return object.get(key) instanceof String text ? text : "";
  }

  /** Returns a refusal; the position is in characters from 0, or -1. */
  static BrokerException refusal(String text, long position) {
    BrokerException refusal =
        BrokerException.ofField(ErrorReason.ERROR_REASON_INVALID_QUERY, "sql", text);
    return position < 0 ? refusal : refusal.with("position", position);
  }

  /** Returns the first word of what was refused, for messages. */
  private static String quoted(Object name) {
    return "'" + name.toString().toLowerCase(Locale.ROOT) + "'";
  }

  /** What a query may name: few table functions, most other functions, the daemon's own tables. */
  private static final class AllowedNames {
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
}
