package dev.eider.server.store.sql;

/** The bound of a row of a query's answer. */
final class RowBound {
  /** The most bytes of a row, and of each value in it. */
  static final int BYTES_MAX = 2_000_000;

  /** The beginning of DuckDB's error for a value that is larger. */
  static final String VALUE_TOO_LARGE = "a value is larger than ";

  private RowBound() {}
}
