package dev.eider.cli;

import dev.eider.server.store.sql.SqlTable;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Prints the rows of a query in aligned columns, numbers to the right. Thread-safe. */
final class TextTable {
  private TextTable() {}

  static void print(SqlTable table, PrintWriter out) {
    List<List<String>> lines = new ArrayList<>();
    lines.add(table.columns());
    table.rows().forEach(row -> lines.add(row.stream().map(TextTable::text).toList()));
    for (List<String> line : lines) {
      StringBuilder text = new StringBuilder("   ");
      for (int column = 0; column < line.size(); column++) {
        text.append("  ").append(aligned(line.get(column), width(lines, column), table, column));
      }
      out.println(text.toString().stripTrailing());
    }
  }

  private static String aligned(String cell, int width, SqlTable table, int column) {
    boolean number = !table.rows().isEmpty() && table.rows().get(0).get(column) instanceof Number;
    return number ? " ".repeat(width - cell.length()) + cell : Facts.pad(cell, width);
  }

  private static int width(List<List<String>> lines, int column) {
    return lines.stream().mapToInt(line -> line.get(column).length()).max().orElse(0);
  }

  private static String text(@Nullable Object value) {
    if (value instanceof Double number) {
      boolean whole = number == Math.rint(number);
      return String.format(Locale.ROOT, whole ? "%.0f" : "%.4f", number);
    }
    return String.valueOf(value);
  }
}
