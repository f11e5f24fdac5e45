package dev.eider.server.sequencer;

import dev.eider.server.event.EncodedEvent;
import dev.eider.server.event.RunId;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.ImportRecord;
import dev.eider.server.run.Parent;
import dev.eider.server.run.ProducerStamp;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.RunOutcome;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What a client wants done to one run, checked as far as possible without the run. Immutable. */
public sealed interface Command {
  /** What an event costs in memory besides its bytes. */
  int EVENT_BYTES = 176;

  RunId runId();

  /** Every run that the command is about. */
  default List<RunId> runIds() {
    return List.of(runId());
  }

  /** The events that it appends. */
  default List<EncodedEvent> events() {
    return List.of();
  }

  /** Roughly what the command takes in memory and in the log, in bytes. */
  default long bytes() {
    return 256 + events().stream().mapToLong(event -> event.bytes().length + EVENT_BYTES).sum();
  }

  /** Another run that must be there, or null. */
  default @Nullable RunId neededRunId() {
    return null;
  }

  /** The id that makes the command a repeat of an earlier one; empty without. */
  default String requestId() {
    return "";
  }

  /**
   * Returns whether it can be decided without DuckDB, which alone knows all forks of a run.
   *
   * @param isKnown whether it is known of an id who has it
   * @param isRequestKnown the same of a request id
   */
  default boolean isDecidable(Predicate<RunId> isKnown, Predicate<String> isRequestKnown) {
    for (RunId runId : runIds()) {
      if (!isKnown.test(runId)) {
        return false;
      }
    }
    RunId needed = neededRunId();
    return !(this instanceof Delete)
        && (needed == null || isKnown.test(needed))
        && (requestId().isEmpty() || isRequestKnown.test(requestId()));
  }

  /** Append events; {@code expectedSeq} is the head the caller believes in, or null. */
  record Publish(
      RunId runId,
      List<EncodedEvent> events,
      boolean openIfMissing,
      @Nullable Long expectedSeq,
      @Nullable ProducerStamp producer,
      boolean close)
      implements Command {}

  /**
   * Open a run, with its first events when it is a fork.
   *
   * @param requestHash tells a repeat from a conflict
   * @param conflict what to answer when the request id was used with other arguments
   * @param needed the run that must be there: the parent, or one that inherits from it; or null
   */
  @SuppressWarnings("ArrayRecordComponent") // written once, compared by content where it matters
  record Open(
      RunId runId,
      Map<String, String> labels,
      String requestId,
      byte[] requestHash,
      @Nullable Parent parent,
      List<EncodedEvent> events,
      ErrorReason conflict,
      @Nullable RunId needed)
      implements Command {
    /** Opens a run that needs its parent, if it has one. */
    public Open(
        RunId runId,
        Map<String, String> labels,
        String requestId,
        byte[] requestHash,
        @Nullable Parent parent,
        List<EncodedEvent> events,
        ErrorReason conflict) {
      this(
          runId,
          labels,
          requestId,
          requestHash,
          parent,
          events,
          conflict,
          parent == null ? null : parent.runId());
    }

    @Override
    public @Nullable RunId neededRunId() {
      return needed;
    }
  }

  /** Delete a run; with force even if it is open, or forks inherit from it. */
  record Delete(RunId runId, boolean force) implements Command {}

  /** Take in runs from a file; none of them may be there. */
  record Import(ImportRecord record, long bytes) implements Command {
    @Override
    public RunId runId() {
      return record.runId();
    }

    @Override
    public List<RunId> runIds() {
      return record.runs().stream().map(FoldedRun::runId).toList();
    }
  }

  /** Give the id of a run of a library to it; nobody may have it. Leaves no record. */
  record Claim(FoldedRun run) implements Command {
    @Override
    public RunId runId() {
      return run.runId();
    }
  }

  /** Close a run. */
  record Close(RunId runId, RunOutcome outcome) implements Command {}
}
