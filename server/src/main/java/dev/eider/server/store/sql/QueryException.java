package dev.eider.server.store.sql;

import java.sql.SQLException;

/** A query of a caller that DuckDB did not answer. */
public final class QueryException extends Exception {
  private static final long serialVersionUID = 1;

  private final Kind kind;

  QueryException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /**
   * Tells by the beginning of DuckDB's text what went wrong: what follows may be a caller's own.
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

  /** The same without the excerpt of a statement that is not the caller's as it was sent. */
  QueryException withoutLine() {
    int excerpt = text().indexOf("\n\nLINE ");
    return excerpt < 0 ? this : new QueryException(kind, text().substring(0, excerpt), this);
  }

  public Kind kind() {
    return kind;
  }

  /** DuckDB's text. */
  public String text() {
    return String.valueOf(getMessage());
  }

  /** What went wrong. */
  public enum Kind {
    /** The SQL is at fault. */
    INVALID,
    /** It was cancelled. */
    CANCELLED,
    /** It needs more memory or room to spill than DuckDB may use. */
    MEMORY,
    /** A row has more than {@link RowBound#BYTES_MAX}. */
    ROW_TOO_LARGE,
    /** DuckDB cannot be used at the moment. */
    UNAVAILABLE,
    /** As UNAVAILABLE, and the file has to be opened again. */
    STORE_FAILED
  }
}
