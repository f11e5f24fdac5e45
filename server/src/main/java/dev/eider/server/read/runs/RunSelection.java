package dev.eider.server.read.runs;

import dev.eider.server.event.RunId;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.RunPlace;
import dev.eider.server.store.ColdReader.RunQuery;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which runs are wanted. Immutable.
 *
 * @param open null for any state
 * @param labels every one must be there with its value
 * @param parent null for any
 * @param root null for any
 * @param createdFromUs inclusive, microseconds since 1970 UTC
 * @param createdUntilUs exclusive
 */
public record RunSelection(
    @Nullable Boolean open,
    Map<String, String> labels,
    @Nullable RunId parent,
    @Nullable RunId root,
    long createdFromUs,
    long createdUntilUs) {

  /** Selects every run. */
  public static final RunSelection ALL =
      new RunSelection(null, Map.of(), null, null, Long.MIN_VALUE, Long.MAX_VALUE);

  /** The same as a question to DuckDB, after a place in the order of runs. */
  public RunQuery query(@Nullable RunPlace after, int runsMax) {
    return new RunQuery(open, labels, parent, root, createdFromUs, createdUntilUs, after, runsMax);
  }

  /** The same as a question to DuckDB about closed runs, whatever the state that is wanted. */
  RunQuery closedOnly(@Nullable RunPlace after, int runsMax) {
    return new RunQuery(false, labels, parent, root, createdFromUs, createdUntilUs, after, runsMax);
  }

  boolean matches(FoldedRun run) {
    return query(null, 1).matches(run);
  }
}
