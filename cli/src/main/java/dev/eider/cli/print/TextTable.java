package dev.eider.cli.print;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A table for people: a line of names and one for each row, in aligned columns. The rows of the
 * first print decide how wide the columns are. Owned by one thread.
 */
public final class TextTable {
  private final String indent;
  private final List<Column> columns;
  private final List<List<String>> waiting = new ArrayList<>();
  private int[] widths = {};

  /** Begins a table whose every line begins with {@code indent}. */
  public TextTable(String indent, List<Column> columns) {
    this.indent = indent;
    this.columns = List.copyOf(columns);
    waiting.add(columns.stream().map(Column::name).toList());
  }

  /** Begins a table at the left margin; a name that begins with {@code >} has its column right. */
  public static TextTable of(String... names) {
    return new TextTable(
        "",
        Arrays.stream(names)
            .map(name -> new Column(name.replaceFirst("^>", ""), name.startsWith(">")))
            .toList());
  }

  /** Adds a row with a cell for each column. */
  public void add(Object... cells) {
    waiting.add(Arrays.stream(cells).map(String::valueOf).toList());
  }

  /** Returns how many lines have been added since the last print. */
  public int waiting() {
    return waiting.size();
  }

  /** Prints what has been added since the last print. */
  public void printTo(PrintWriter out) {
    if (widths.length == 0) {
      widths = new int[columns.size()];
      waiting.forEach(this::widen);
    }
    waiting.forEach(line -> out.println(aligned(line)));
    waiting.clear();
  }

  private void widen(List<String> line) {
    for (int i = 0; i < widths.length; i++) {
      widths[i] = Math.max(widths[i], line.get(i).length());
    }
  }

  private String aligned(List<String> line) {
    StringBuilder text = new StringBuilder(indent);
    for (int i = 0; i < widths.length; i++) {
      String cell = line.get(i);
      String space = " ".repeat(Math.max(0, widths[i] - cell.length()));
      text.append(i == 0 ? "" : "  ");
      text.append(columns.get(i).toTheRight() ? space + cell : cell + space);
    }
    return text.toString().stripTrailing();
  }

  /** A column's name, and whether its cells end rather than begin in one line. */
  public record Column(String name, boolean toTheRight) {}
}
