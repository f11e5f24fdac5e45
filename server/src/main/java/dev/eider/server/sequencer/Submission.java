package dev.eider.server.sequencer;

import dev.eider.server.runs.Inquiry;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A command on its way, with what DuckDB said of runs if asked. Immutable but the future. */
record Submission(Command command, CompletableFuture<Applied> done, @Nullable Inquiry inquiry) {
  static Submission of(Command command) {
    return new Submission(command, new CompletableFuture<>(), null);
  }

  Submission with(Inquiry answered) {
    return new Submission(command, done, answered);
  }
}
