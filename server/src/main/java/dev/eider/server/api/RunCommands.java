package dev.eider.server.api;

import dev.eider.server.base.BrokerException;
import dev.eider.server.event.RunId;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.RequestFingerprint;
import dev.eider.server.run.RunIdMaker;
import dev.eider.server.run.RunView;
import dev.eider.server.sequencer.Applied;
import dev.eider.server.sequencer.Command;
import dev.eider.server.sequencer.RunWriter;
import dev.eider.v1.CloseRunRequest;
import dev.eider.v1.CloseRunResponse;
import dev.eider.v1.DeleteRunRequest;
import dev.eider.v1.DeleteRunResponse;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.OpenRunRequest;
import dev.eider.v1.OpenRunResponse;
import dev.eider.v1.RunOutcome;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Opens, closes and deletes runs: checks the request, has the sequencer decide it, and makes the
 * response. No method blocks; each throws a BrokerException if the request breaks a rule, and
 * completes with one if the run's state is against it. Thread-safe.
 *
 * @param persistMsMax how long closing and deleting wait for DuckDB
 */
public record RunCommands(RunWriter writer, RunIdMaker runIds, long persistMsMax) {
  /** Opens a run. */
  public CompletionStage<OpenRunResponse> open(OpenRunRequest request) {
    RequestValidator.requestId(request.getRequestId());
    RequestValidator.labels(request.getLabelsMap());
    RunId runId =
        request.getRunId().isEmpty()
            ? runIds.make(request.getRequestId())
            : RequestValidator.runId("run_id", request.getRunId());
    Command.Open open =
        new Command.Open(
            runId,
            request.getLabelsMap(),
            request.getRequestId(),
            RequestFingerprint.of(request),
            null,
            List.of(),
            ErrorReason.ERROR_REASON_RUN_ALREADY_EXISTS);
    return writer.execute(open).thenApply(RunCommands::opened);
  }

  /** Closes a run; completes once DuckDB has all of it. */
  public CompletionStage<CloseRunResponse> close(CloseRunRequest request) {
    Command.Close close =
        new Command.Close(RequestValidator.runId("run_id", request.getRunId()), outcome(request));
    return persisted(
            writer.closeAndPersist(close), close.runId(), "closed", "close it again to wait on")
        .thenApply(RunCommands::closed);
  }

  /** Deletes a run; completes once DuckDB has erased it. */
  public CompletionStage<DeleteRunResponse> delete(DeleteRunRequest request) {
    Command.Delete delete =
        new Command.Delete(
            RequestValidator.runId("run_id", request.getRunId()), request.getForce());
    return persisted(
            writer.deleteAndPersist(delete),
            delete.runId(),
            "deleted",
            "it is erased as soon as it can be")
        .thenApply(RunCommands::deleted);
  }

  private static OpenRunResponse opened(Applied applied) {
    return OpenRunResponse.newBuilder().setRun(RunView.of(applied.run(), 0)).build();
  }

  private static CloseRunResponse closed(Applied applied) {
    return CloseRunResponse.newBuilder()
        .setRun(RunView.of(applied.run(), applied.run().headSeq()))
        .build();
  }

  private static DeleteRunResponse deleted(Applied applied) {
    return DeleteRunResponse.newBuilder()
        .setRun(RunView.of(applied.run(), applied.run().headSeq()))
        .setKeptForForks(applied.run().deletion() == FoldedRun.Deletion.KEPT)
        .build();
  }

  private static RunOutcome outcome(CloseRunRequest request) {
    return switch (request.getOutcome()) {
      case RUN_OUTCOME_UNSPECIFIED -> RunOutcome.RUN_OUTCOME_COMPLETED;
      case RUN_OUTCOME_COMPLETED, RUN_OUTCOME_FAILED, RUN_OUTCOME_ABANDONED -> request.getOutcome();
      case UNRECOGNIZED ->
          throw RequestValidator.invalid("outcome", "is unknown: " + request.getOutcomeValue());
    };
  }

  /** Bounds the wait for DuckDB; the command itself stands, whatever comes of the wait. */
  private CompletionStage<Applied> persisted(
      CompletableFuture<Applied> stage, RunId runId, String done, String advice) {
    return stage
        .orTimeout(persistMsMax, TimeUnit.MILLISECONDS)
        .exceptionallyCompose(failure -> timedOutOr(failure, runId, done, advice));
  }

  private CompletionStage<Applied> timedOutOr(
      Throwable failure, RunId runId, String done, String advice) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return CompletableFuture.failedFuture(
        cause instanceof TimeoutException
            ? BrokerException.of(
                    ErrorReason.ERROR_REASON_WAIT_TIMED_OUT,
                    "run %s is %s, but DuckDB did not take it within %d ms; %s"
                        .formatted(runId, done, persistMsMax, advice))
                .with("limit", persistMsMax)
            : failure);
  }
}
