package dev.eider.server.api;

import dev.eider.server.files.format.FileRules;
import dev.eider.v1.Event;
import java.util.Map;

/** The rules of requests, for what comes in by file. Thread-safe. */
public final class WireRules implements FileRules {
  @Override
  public void event(Event event, String where) {
    EventValidator.check(event, where);
  }

  @Override
  public void labels(Map<String, String> labels) {
    RequestValidator.labels(labels);
  }
}
