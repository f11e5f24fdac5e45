package dev.eider.server.rpc;

import dev.eider.server.api.PageToken;
import dev.eider.server.api.RequestValidator;
import dev.eider.server.base.BrokerException;
import dev.eider.server.event.RunId;
import dev.eider.server.fork.Forker;
import dev.eider.server.read.Readers;
import dev.eider.server.read.diff.RunDiff;
import dev.eider.server.read.runs.RunDirectory;
import dev.eider.server.read.runs.RunDirectory.RunPage;
import dev.eider.server.read.runs.RunSelection;
import dev.eider.server.read.runs.RunWatch;
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
import dev.eider.v1.DiffRunsRequest;
import dev.eider.v1.DiffRunsResponse;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.GetRunRequest;
import dev.eider.v1.GetRunResponse;
import dev.eider.v1.GetSnapshotRequest;
import dev.eider.v1.GetSnapshotResponse;
import dev.eider.v1.ListRunsRequest;
import dev.eider.v1.ListRunsResponse;
import dev.eider.v1.OpenRunRequest;
import dev.eider.v1.OpenRunResponse;
import dev.eider.v1.RunOutcome;
import dev.eider.v1.RunServiceGrpc;
import dev.eider.v1.WatchRunsRequest;
import dev.eider.v1.WatchRunsResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** RunService. Thread-safe. */
final class RunEndpoint extends RunServiceGrpc.RunServiceImplBase {
  private static final int PAGE_SIZE_DEFAULT = 100;
  private static final int PAGE_SIZE_MAX = 1_000;

  private final RunWriter writer;
  private final RunDirectory directory;
  private final Forker forker;
  private final Readers readers;
  private final RunIdMaker runIds;
  private final long closeWaitMs;

  /**
   * @param closeWaitMs how long CloseRun and DeleteRun wait for DuckDB
   */
  RunEndpoint(
      RunWriter writer,
      RunDirectory directory,
      Forker forker,
      Readers readers,
      RunIdMaker runIds,
      long closeWaitMs) {
    this.writer = writer;
    this.directory = directory;
    this.forker = forker;
    this.readers = readers;
    this.runIds = runIds;
    this.closeWaitMs = closeWaitMs;
  }

  @Override
  public void openRun(OpenRunRequest request, StreamObserver<OpenRunResponse> responses) {
    Responses.tolerateCancel(responses);
    try {
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
      Responses.send(responses, writer.execute(open), RunEndpoint::opened);
    } catch (RuntimeException refusal) {
      Responses.refuse(responses, refusal);
    }
  }

  @Override
  public void closeRun(CloseRunRequest request, StreamObserver<CloseRunResponse> responses) {
    Responses.tolerateCancel(responses);
    try {
      Command.Close close =
          new Command.Close(RequestValidator.runId("run_id", request.getRunId()), outcome(request));
      CompletionStage<Applied> persisted =
          writer
              .closeAndPersist(close)
              .orTimeout(closeWaitMs, TimeUnit.MILLISECONDS)
              .exceptionallyCompose(
                  failure ->
                      timedOutOr(failure, close.runId(), "closed", "close it again to wait on"));
      Responses.send(responses, persisted, RunEndpoint::closed);
    } catch (RuntimeException refusal) {
      Responses.refuse(responses, refusal);
    }
  }

  @Override
  public void deleteRun(DeleteRunRequest request, StreamObserver<DeleteRunResponse> responses) {
    Responses.tolerateCancel(responses);
    try {
      Command.Delete delete =
          new Command.Delete(
              RequestValidator.runId("run_id", request.getRunId()), request.getForce());
      CompletionStage<Applied> erased =
          writer
              .deleteAndPersist(delete)
              .orTimeout(closeWaitMs, TimeUnit.MILLISECONDS)
              .exceptionallyCompose(
                  failure ->
                      timedOutOr(
                          failure, delete.runId(), "deleted", "it is erased as soon as it can be"));
      Responses.send(responses, erased, RunEndpoint::deleted);
    } catch (RuntimeException refusal) {
      Responses.refuse(responses, refusal);
    }
  }

  @Override
  public void getRun(GetRunRequest request, StreamObserver<GetRunResponse> responses) {
    try {
      RunId runId = RequestValidator.runId("run_id", request.getRunId());
      Responses.sendFrom(
          readers.pools().cold(),
          responses,
          () -> GetRunResponse.newBuilder().setRun(directory.get(runId)).build());
    } catch (RuntimeException refusal) {
      Responses.refuse(responses, refusal);
    }
  }

  @Override
  public void listRuns(ListRunsRequest request, StreamObserver<ListRunsResponse> responses) {
    try {
      int size =
          (int) RequestValidator.inRange("page_size", request.getPageSize(), 0, PAGE_SIZE_MAX);
      RunSelection selection = RequestValidator.selection(request.getFilter());
      PageToken after = PageToken.parse(request.getPageToken());
      Responses.sendFrom(
          readers.pools().cold(),
          responses,
          () ->
              listed(
                  directory.list(selection, after.place(), size == 0 ? PAGE_SIZE_DEFAULT : size)));
    } catch (RuntimeException refusal) {
      Responses.refuse(responses, refusal);
    }
  }

  @Override
  public void watchRuns(WatchRunsRequest request, StreamObserver<WatchRunsResponse> responses) {
    try {
      RunSelection selection = RequestValidator.selection(request.getFilter());
      ServerCallStreamObserver<WatchRunsResponse> stream =
          (ServerCallStreamObserver<WatchRunsResponse>) responses;
      RunWatch watch = new RunWatch(selection, directory, new GrpcNoticeSink<>(stream), readers);
      stream.setOnReadyHandler(watch::wake);
      stream.setOnCancelHandler(watch::cancel);
      watch.start();
    } catch (RuntimeException refusal) {
      Responses.refuse(responses, refusal);
    }
  }

  @Override
  public void getSnapshot(
      GetSnapshotRequest request, StreamObserver<GetSnapshotResponse> responses) {
    try {
      RunId runId = RequestValidator.runId("run_id", request.getRunId());
      RequestValidator.atLeast("t", request.getT(), 0);
      String agentId = request.hasAgentId() ? request.getAgentId() : null;
      Responses.sendFrom(
          readers.pools().cold(),
          responses,
          () ->
              GetSnapshotResponse.newBuilder()
                  .setSnapshot(forker.snapshot(runId, request.getT(), agentId))
                  .build());
    } catch (RuntimeException refusal) {
      Responses.refuse(responses, refusal);
    }
  }

  @Override
  public void diffRuns(DiffRunsRequest request, StreamObserver<DiffRunsResponse> responses) {
    try {
      RunDiff.Request checked =
          new RunDiff.Request(
              RequestValidator.runId("left_run_id", request.getLeftRunId()),
              RequestValidator.runId("right_run_id", request.getRightRunId()),
              request.getIncludeInherited(),
              RequestValidator.filter(request.getFilter()));
      ServerCallStreamObserver<DiffRunsResponse> stream =
          (ServerCallStreamObserver<DiffRunsResponse>) responses;
      RunDiff diff = new RunDiff(checked, new GrpcNoticeSink<>(stream), readers);
      stream.setOnReadyHandler(diff::wake);
      stream.setOnCancelHandler(diff::cancel);
      diff.start();
    } catch (RuntimeException refusal) {
      Responses.refuse(responses, refusal);
    }
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

  private static ListRunsResponse listed(RunPage page) {
    ListRunsResponse.Builder response = ListRunsResponse.newBuilder().addAllRuns(page.runs());
    if (page.last() != null) {
      response.setNextPageToken(new PageToken(page.last()).text());
    }
    return response.build();
  }

  private static RunOutcome outcome(CloseRunRequest request) {
    return switch (request.getOutcome()) {
      case RUN_OUTCOME_UNSPECIFIED -> RunOutcome.RUN_OUTCOME_COMPLETED;
      case RUN_OUTCOME_COMPLETED, RUN_OUTCOME_FAILED, RUN_OUTCOME_ABANDONED -> request.getOutcome();
      case UNRECOGNIZED ->
          throw RequestValidator.invalid("outcome", "is unknown: " + request.getOutcomeValue());
    };
  }

  private CompletionStage<Applied> timedOutOr(
      Throwable failure, RunId runId, String done, String advice) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return CompletableFuture.failedFuture(
        cause instanceof TimeoutException
            ? BrokerException.of(
                    ErrorReason.ERROR_REASON_WAIT_TIMED_OUT,
                    "run %s is %s, but DuckDB did not take it within %d ms; %s"
                        .formatted(runId, done, closeWaitMs, advice))
                .with("limit", closeWaitMs)
            : failure);
  }
}
