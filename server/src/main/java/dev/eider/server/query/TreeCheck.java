package dev.eider.server.query;

import static dev.eider.server.query.SqlRefusal.quoted;
import static dev.eider.server.query.SqlRefusal.refusal;

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

  private final String sql;
  private final int offset;

  /**
   * @param sql the whole statement
   * @param offset what to add to the positions in the tree, in bytes
   */
  TreeCheck(String sql, int offset) {
    this.sql = sql;
    this.offset = offset;
  }

  /**
   * Checks a tree.
   *
   * @throws dev.eider.server.base.BrokerException INVALID_QUERY
   */
  void check(Map<String, @Nullable Object> tree) {
    walk(tree);
    new Growth(this::refused).check(tree);
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
        Map<?, ?> call = object.get("function") instanceof Map<?, ?> map ? map : Map.of();
        String name = text(call, "function_name");
        // The functions that list tables are hidden behind others of the same names.
        boolean isElsewhere = !text(call, "catalog").isEmpty() || !text(call, "schema").isEmpty();
        if (isElsewhere || !AllowedNames.isTableFunction(name)) {
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
  }

  private RuntimeException refused(Map<?, ?> object, String problem) {
    String location = text(object, "query_location");
    // Where there is none, the tree has the largest number of 64 bits.
    return refusal(
        problem, sql, location.matches("\\d{1,9}") ? offset + Long.parseLong(location) : -1);
  }

  private static String text(Map<?, ?> object, String key) {
    return object.get(key) instanceof String text ? text : "";
  }
}
