package dev.eider.server.store.sql;

/** The bound of a row of a query's answer. */
final class RowBound {
  /** The most bytes of a row as it is sent, so that it fits into the 4 MiB that clients take. */
  static final int BYTES_MAX = 4_000_000;

  private RowBound() {}
}
