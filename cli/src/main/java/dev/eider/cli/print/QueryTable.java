package dev.eider.cli.print;

import com.google.protobuf.ListValue;
import com.google.protobuf.Value;
import dev.eider.v1.QueryColumn;
import java.io.PrintWriter;
import java.util.List;
import java.util.Set;

/** Prints the rows of a query as they come, numbers to the right. Owned by one thread. */
public final class QueryTable {
  /** So many lines are aligned with each other; those after them have the widths of these. */
  private static final int ALIGNED_LINES = 1_000;

  private static final int CELL_CHARS_MAX = 60;

  private static final Set<String> NUMBERS =
      Set.of(
          """
          TINYINT SMALLINT INTEGER BIGINT HUGEINT
          UTINYINT USMALLINT UINTEGER UBIGINT UHUGEINT FLOAT DOUBLE\
          """
              .split("\\s"));

  private final TextTable table;
  private final PrintWriter out;

  /** Begins a table whose every line begins with {@code indent}. */
  public QueryTable(List<QueryColumn> columns, String indent, PrintWriter out) {
    table =
        new TextTable(
            indent,
            columns.stream()
                .map(column -> new TextTable.Column(column.getName(), isNumber(column.getType())))
                .toList());
    this.out = out;
  }

  /** Adds a row, and prints what has been added when there is much of it. */
  public void add(ListValue row) {
    table.add(row.getValuesList().stream().map(QueryTable::text).toArray());
    if (table.waiting() >= ALIGNED_LINES) {
      table.printTo(out);
    }
  }

  /** Prints the rest. */
  public void end() {
    table.printTo(out);
  }

  private static boolean isNumber(String type) {
    return NUMBERS.contains(type) || type.startsWith("DECIMAL");
  }

  /** Returns one line, without what would move the cursor. */
  private static String text(Value value) {
    String text = value.hasStringValue() ? value.getStringValue() : JsonRow.json(value);
    String line = text.replaceAll("\\p{Cntrl}", " ");
    return line.length() <= CELL_CHARS_MAX ? line : line.substring(0, CELL_CHARS_MAX - 3) + "...";
  }
}
