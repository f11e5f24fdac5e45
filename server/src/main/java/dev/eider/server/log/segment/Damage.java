package dev.eider.server.log.segment;

import dev.eider.server.event.RunId;
import dev.eider.server.log.LogCorruptedException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A place where acknowledged records are damaged, and whose the first seems to be. Immutable. */
record Damage(Segment segment, long position, String what, @Nullable RunId runId) {

  /** Describes a frame that is not intact, with its run if the bytes tell. */
  static Damage of(Segment segment, long position, String what, FrameCursor cursor, long bound)
      throws IOException {
    return new Damage(segment, position, what, cursor.guessRunId(position, bound));
  }

  /** Returns the exception for a reader of a running log. */
  LogCorruptedException toException() {
    return toException("Restore the file from a copy and start again; starting checks the log.");
  }

  LogCorruptedException toException(String advice) {
    String whose = runId == null ? "" : ", of run " + runId + " as it seems";
    return new LogCorruptedException(
        "log file %s is damaged at byte %d (position %d%s): %s. %s"
            .formatted(segment.name(), position - segment.base(), position, whose, what, advice));
  }
}
