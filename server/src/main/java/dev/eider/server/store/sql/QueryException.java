package dev.eider.server.store.sql;

import java.sql.SQLException;

/** Says why DuckDB did not answer a query of a caller. */
public final class QueryException extends Exception {
  private static final long serialVersionUID = 1;

  private final Kind kind;

  QueryException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /**
   * Classifies an error by the beginning of DuckDB's text only: what follows may be the caller's.
   */
  static QueryException of(SQLException e) {
    String text = String.valueOf(e.getMessage());
    return new QueryException(kind(text), text, e);
  }

  private static Kind kind(String text) {
    if (text.startsWith("INTERRUPT")) {
      return Kind.CANCELLED;
    }
    if (text.startsWith("Out of Memory")) {
      return Kind.MEMORY;
    }
    if (text.startsWith("Invalid Input Error: " + RowBound.VALUE_TOO_LARGE)) {
      return Kind.ROW_TOO_LARGE;
    }
    if (text.startsWith("FATAL") || text.startsWith("INTERNAL")) {
      return Kind.STORE_FAILED;
    }
    return text.startsWith("IO Error") || text.startsWith("TransactionContext")
        ? Kind.UNAVAILABLE
        : Kind.INVALID;
  }

  /** Returns the same without its excerpt of the statement, which is not as the caller sent it. */
  QueryException withoutLine() {
    int excerpt = text().indexOf("\n\nLINE ");
    return excerpt < 0 ? this : new QueryException(kind, text().substring(0, excerpt), this);
  }

  public Kind kind() {
    return kind;
  }

  /** Returns DuckDB's text. */
  public String text() {
    return String.valueOf(getMessage());
  }

  /** What went wrong. */
  public enum Kind {
    /** The SQL is at fault. */
    INVALID,
    /** The query was cancelled. */
    CANCELLED,
    /** The query needs more memory, or room to spill, than DuckDB may use. */
    MEMORY,
    /** A row has more than {@link RowBound#BYTES_MAX}. */
    ROW_TOO_LARGE,
    /** DuckDB cannot be used at the moment. */
    UNAVAILABLE,
    /** As UNAVAILABLE, and the file has to be opened again. */
    STORE_FAILED
  }
}
