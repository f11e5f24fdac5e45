package dev.eider.server.query;

import dev.eider.server.event.RunId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a caller asks. Immutable.
 *
 * @param parameters null, Boolean, Long, Double and String
 * @param minSeqs what DuckDB must hold of runs first, inclusive
 * @param rowsMax the caller's own bound; 0 for the daemon's
 * @param timeoutMs the caller's own bound; 0 for the daemon's
 */
public record Question(
    String sql,
    List<@Nullable Object> parameters,
    Map<RunId, Long> minSeqs,
    long rowsMax,
    long timeoutMs) {
  public Question {
    parameters = Collections.unmodifiableList(new ArrayList<>(parameters));
    minSeqs = Map.copyOf(minSeqs);
  }
}
