package dev.eider.server.sequencer;

import dev.eider.server.event.EncodedEvent;
import dev.eider.server.event.RunId;
import dev.eider.server.run.Parent;
import dev.eider.server.run.ProducerStamp;
import dev.eider.server.run.Samples;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.RunOutcome;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Commands as clients send them. */
public final class Commands {
  private Commands() {}

  /** Publishes, opening the run if need be. */
  public static Command.Publish publish(RunId runId, int events) {
    return publish(runId, Samples.metrics(events));
  }

  /** Publishes, opening the run if need be. */
  public static Command.Publish publish(RunId runId, List<EncodedEvent> events) {
    return new Command.Publish(runId, events, true, null, null, false);
  }

  /** Publishes to a run that must be there. */
  public static Command.Publish publishToExisting(RunId runId, int events) {
    return new Command.Publish(runId, Samples.metrics(events), false, null, null, false);
  }

  /** Publishes what has its place among a producer's events. */
  public static Command.Publish publish(
      RunId runId, String producer, long epoch, long seq, int events) {
    return new Command.Publish(
        runId, Samples.metrics(events), true, null, new ProducerStamp(producer, epoch, seq), false);
  }

  /** Publishes if the head is as expected. */
  public static Command.Publish publishAt(RunId runId, @Nullable Long expectedSeq, int events) {
    return new Command.Publish(runId, Samples.metrics(events), true, expectedSeq, null, false);
  }

  /** Opens a run. */
  public static Command.Open open(RunId runId, String requestId, int hash) {
    return new Command.Open(
        runId,
        Map.of(),
        requestId,
        new byte[] {(byte) hash},
        null,
        List.of(),
        ErrorReason.ERROR_REASON_RUN_ALREADY_EXISTS);
  }

  /** Forks a run at its first event. */
  public static Command.Open fork(RunId runId, RunId parentId) {
    return new Command.Open(
        runId,
        Map.of(),
        "",
        new byte[0],
        new Parent(parentId, 0, 1, parentId),
        Samples.metrics(1),
        ErrorReason.ERROR_REASON_FORK_ALREADY_EXISTS);
  }

  /** Deletes a run that is closed and has no forks. */
  public static Command.Delete delete(RunId runId) {
    return new Command.Delete(runId, false);
  }

  /** Closes a run. */
  public static Command.Close close(RunId runId) {
    return new Command.Close(runId, RunOutcome.RUN_OUTCOME_COMPLETED);
  }
}
