package dev.eider.server.query;

import dev.eider.server.base.BrokerException;
import dev.eider.v1.ErrorReason;
import java.util.Locale;

/** Makes the refusals of statements. */
final class SqlRefusal {
  private SqlRefusal() {}

  /** Returns a refusal of a statement as a whole. */
  static BrokerException refusal(String text) {
    return BrokerException.ofField(ErrorReason.ERROR_REASON_INVALID_QUERY, "sql", text);
  }

  /**
   * Returns a refusal that shows the place.
   *
   * @param bytes the place in bytes from 0, as DuckDB counts; -1 if there is none
   */
  static BrokerException refusal(String text, String sql, long bytes) {
    if (bytes < 0) {
      return refusal(text);
    }
    int position = SqlPlace.characters(sql, bytes);
    return refusal(text + SqlPlace.excerpt(sql, position)).with("position", position);
  }

  /** Returns a refusal with DuckDB's own text, which has the place if it knows one. */
  static BrokerException ofDuckDb(String text, String sql) {
    int position = SqlPlace.characters(sql, text);
    return position < 0 ? refusal(text) : refusal(text).with("position", position);
  }

  /** Returns the first word of what was refused, for messages. */
  static String quoted(Object name) {
    return "'" + name.toString().toLowerCase(Locale.ROOT) + "'";
  }
}
