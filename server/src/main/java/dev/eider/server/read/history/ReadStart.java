package dev.eider.server.read.history;

import dev.eider.server.event.RunId;
import org.jspecify.annotations.Nullable;

/**
 * Which run a reader wants, and from where. Immutable.
 *
 * @param afterSeq exclusive; of {@code afterRunId}
 * @param includeInherited whether what the run inherits comes before its own events
 * @param afterRunId the run itself or an ancestor; null for the run itself, or with afterSeq 0 for
 *     the first ancestor
 */
public record ReadStart(
    RunId runId, long afterSeq, boolean includeInherited, @Nullable RunId afterRunId) {

  /** For a reader of the run's own events. */
  public static ReadStart after(RunId runId, long seq) {
    return new ReadStart(runId, seq, false, null);
  }

  /** Returns whether the reader begins before the run's own events. */
  boolean isInherited() {
    return includeInherited && (afterRunId == null ? afterSeq == 0 : !afterRunId.equals(runId));
  }

  /** After which of the run's own events the reader wants more. */
  public long ownAfterSeq() {
    return isInherited() ? 0 : afterSeq;
  }
}
