package dev.eider.cli.remote;

import com.google.protobuf.ListValue;
import com.google.protobuf.Value;
import dev.eider.v1.QueryColumn;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Prints rows in aligned columns, numbers to the right. Used by one thread. */
final class QueryTable {
  private static final int CELL_CHARS_MAX = 60;

  private final List<QueryColumn> columns;
  private int[] widths = {};

  QueryTable(List<QueryColumn> columns) {
    this.columns = columns;
  }

  /** Prints rows, and before the first of them the names of the columns. */
  void print(List<ListValue> rows, PrintWriter out) {
    if (widths.length == 0) {
      List<String> names = columns.stream().map(QueryColumn::getName).toList();
      widths = widths(names, rows);
      printLine(names, ListValue.getDefaultInstance(), out);
    }
    rows.forEach(row -> printLine(texts(row), row, out));
  }

  private void printLine(List<String> cells, ListValue row, PrintWriter out) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < cells.size(); i++) {
      String cell = cells.get(i);
      String space = " ".repeat(Math.max(0, widths[i] - cell.length()));
      boolean isNumber = i < row.getValuesCount() && row.getValues(i).hasNumberValue();
      line.append(i == 0 ? "" : "  ").append(isNumber ? space + cell : cell + space);
    }
    out.println(line.toString().stripTrailing());
  }

  private static int[] widths(List<String> names, List<ListValue> rows) {
    int[] widths = names.stream().mapToInt(String::length).toArray();
    for (ListValue row : rows) {
      List<String> cells = texts(row);
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], cells.get(i).length());
      }
    }
    return widths;
  }

  private static List<String> texts(ListValue row) {
    List<String> texts = new ArrayList<>();
    row.getValuesList().forEach(value -> texts.add(text(value)));
    return texts;
  }

  /** One line, without what would move the cursor. */
  private static String text(Value value) {
    String text = value.hasStringValue() ? value.getStringValue() : JsonRow.json(value);
    String line = text.replaceAll("\\p{Cntrl}", " ");
    return line.length() <= CELL_CHARS_MAX ? line : line.substring(0, CELL_CHARS_MAX - 3) + "...";
  }
}
