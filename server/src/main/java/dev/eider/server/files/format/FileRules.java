package dev.eider.server.files.format;

import dev.eider.v1.Event;
import java.util.Map;

/**
 * The rules of the wire contract, which events in files keep as well. Throws {@link
 * dev.eider.server.base.BrokerException}. Thread-safe.
 */
public interface FileRules {
  /**
   * Checks an event.
   *
   * @param where its name in a refusal
   */
  void event(Event event, String where);

  /** Checks a run's labels. */
  void labels(Map<String, String> labels);
}
