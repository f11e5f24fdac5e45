package dev.eider.server.store.sql;

import java.util.List;
import java.util.StringJoiner;

/**
 * A SELECT of a caller within one whose columns have the simple types of their forms, and no value
 * beyond the bound of a row.
 *
 * <p>A larger value is NULL, and a last column says which it was. Rejected: an error for it, which
 * takes the rows before it along, since DuckDB hands over some thousand at a time. Immutable.
 */
final class CarriedSelect {
  /** Lines before the caller's first. */
  static final int LINES_BEFORE = 1;

  /** What the bytes of a value that is too large are multiplied by to add its column. */
  private static final long COLUMNS_MAX = 100_000;

  private CarriedSelect() {}

  static String of(String sql, List<ColumnForm> forms) {
    StringJoiner carried = new StringJoiner(", ");
    StringJoiner converted = new StringJoiner(", ");
    StringJoiner names = new StringJoiner(", ");
    StringBuilder tooLarge = new StringBuilder();
    for (int i = 0; i < forms.size(); i++) {
      String row = "r" + i;
      carried.add(forms.get(i).bounded(row, RowBound.BYTES_MAX));
      converted.add(forms.get(i).converted("q.c" + i) + " AS " + row);
      names.add("c" + i);
      if (forms.get(i).isText()) {
        tooLarge.append(
            " WHEN strlen(%1$s) > %2$d THEN strlen(%1$s) * %3$d + %4$d"
                .formatted(row, RowBound.BYTES_MAX, COLUMNS_MAX, i));
      }
    }
    carried.add(tooLarge.isEmpty() ? "NULL::BIGINT" : "CASE" + tooLarge + " END");
    return "SELECT %s FROM (SELECT %s FROM (\n%s\n) AS q(%s))"
        .formatted(carried, converted, sql, names);
  }

  /** Returns the column of a value that is too large, of what the last column says. */
  static int column(long tooLarge) {
    return (int) (tooLarge % COLUMNS_MAX);
  }

  /** Returns the bytes of a value that is too large, of what the last column says. */
  static long bytes(long tooLarge) {
    return tooLarge / COLUMNS_MAX;
  }
}
