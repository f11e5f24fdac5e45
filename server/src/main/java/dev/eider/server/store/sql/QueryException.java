package dev.eider.server.store.sql;

import java.sql.SQLException;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Says why DuckDB did not answer a query of a caller. */
public final class QueryException extends Exception {
  private static final long serialVersionUID = 1;

  /** The beginning of what DuckDB advises, which is no advice to those who may not do it. */
  private static final Pattern ADVICE =
      Pattern.compile("\\n+Possible solutions:.*|\\nUse SET [^\\n]*", Pattern.DOTALL);

  /** A fault of a call that DuckDB takes for its own; it goes on all the same. */
  private static final Pattern FUNCTION =
      Pattern.compile(
          "^INTERNAL Error: Scalar function .{1,80} threw an execution error, but the function is"
              + " not marked as fallible[^\n]* Error: ([^\n]*)");

  private static final Pattern EXCERPT =
      Pattern.compile("\\n\\nLINE (\\d+): ([^\\n]*)\\n( *)(\\^.*)");

  private final Kind kind;
  private final transient Map<String, String> facts;

  QueryException(Kind kind, String message, Map<String, String> facts, Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.facts = Map.copyOf(facts);
  }

  /**
   * Classifies an error by the beginning of DuckDB's text only: what follows may be the caller's.
   */
  static QueryException of(SQLException e) {
    String text = String.valueOf(e.getMessage());
    Matcher function = FUNCTION.matcher(text);
    if (function.find()) {
      text = "Invalid Input Error: " + function.group(1);
    }
    return new QueryException(kind(text), ADVICE.matcher(text).replaceAll(""), Map.of(), e);
  }

  private static Kind kind(String text) {
    if (text.startsWith("INTERRUPT")) {
      return Kind.CANCELLED;
    }
    if (text.startsWith("Out of Memory")) {
      return Kind.MEMORY;
    }
    if (text.startsWith("FATAL") || text.startsWith("INTERNAL")) {
      return Kind.STORE_FAILED;
    }
    return text.startsWith("IO Error") || text.startsWith("TransactionContext")
        ? Kind.UNAVAILABLE
        : Kind.INVALID;
  }

  /**
   * Returns the same of a {@link CarriedSelect} with the excerpt's line as the caller counts it, or
   * without an excerpt if it is not of the caller's text.
   *
   * @param lines of the caller's text
   */
  QueryException ofCarried(int lines) {
    Matcher excerpt = EXCERPT.matcher(text());
    if (!excerpt.find()) {
      return this;
    }
    int line = Integer.parseInt(excerpt.group(1)) - CarriedSelect.LINES_BEFORE;
    String shown = "";
    if (line >= 1 && line <= lines) {
      int digitsLess = excerpt.group(1).length() - String.valueOf(line).length();
      shown =
          "\n\nLINE %d: %s\n%s%s"
              .formatted(
                  line, excerpt.group(2), excerpt.group(3).substring(digitsLess), excerpt.group(4));
    }
    return new QueryException(kind, text().substring(0, excerpt.start()) + shown, facts, this);
  }

  public Kind kind() {
    return kind;
  }

  /** Returns facts for programs. */
  public Map<String, String> facts() {
    return facts;
  }

  /** Returns DuckDB's text, without what it advises to SET. */
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
