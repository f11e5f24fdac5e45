package dev.eider.cli.remote;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A table for people: a line of names and one for each row, in aligned columns. A name that begins
 * with {@code >} has its column to the right. Owned by one thread.
 */
final class Columns {
  private final boolean[] toTheRight;
  private final List<List<String>> lines = new ArrayList<>();

  Columns(String... names) {
    toTheRight = new boolean[names.length];
    for (int i = 0; i < names.length; i++) {
      toTheRight[i] = names[i].startsWith(">");
    }
    lines.add(Arrays.stream(names).map(name -> name.replaceFirst("^>", "")).toList());
  }

  void add(Object... cells) {
    lines.add(Arrays.stream(cells).map(String::valueOf).toList());
  }

  void printTo(PrintWriter out) {
    for (List<String> line : lines) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < toTheRight.length; i++) {
        String space = " ".repeat(width(i) - line.get(i).length());
        text.append(i == 0 ? "" : "  ");
        text.append(toTheRight[i] ? space + line.get(i) : line.get(i) + space);
      }
      out.println(text.toString().stripTrailing());
    }
  }

  private int width(int column) {
    return lines.stream().mapToInt(line -> line.get(column).length()).max().orElse(0);
  }
}
