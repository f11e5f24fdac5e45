package dev.eider.server.query;

import dev.eider.server.base.BrokerException;
import dev.eider.v1.ErrorReason;
import java.util.Locale;

/** Makes the refusals of statements. */
final class SqlRefusal {
  private SqlRefusal() {}

  /** Returns a refusal; the position is in characters from 0, or -1. */
  static BrokerException refusal(String text, long position) {
    BrokerException refusal =
        BrokerException.ofField(ErrorReason.ERROR_REASON_INVALID_QUERY, "sql", text);
    return position < 0 ? refusal : refusal.with("position", position);
  }

  /** Returns the first word of what was refused, for messages. */
  static String quoted(Object name) {
    return "'" + name.toString().toLowerCase(Locale.ROOT) + "'";
  }
}
