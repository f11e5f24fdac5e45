package dev.eider.server.sequencer;

import dev.eider.server.runs.Inquiry;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A command on its way. Immutable, but for the future.
 *
 * @param inquiry what is known of runs that are not in memory; null as long as DuckDB was not asked
 */
record Submission(Command command, CompletableFuture<Applied> done, @Nullable Inquiry inquiry) {
  static Submission of(Command command) {
    return new Submission(command, new CompletableFuture<>(), null);
  }

  Submission with(Inquiry answered) {
    return new Submission(command, done, answered);
  }
}
