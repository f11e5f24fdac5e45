package dev.eider.server.rpc;

import dev.eider.server.api.PageToken;
import dev.eider.server.api.ReadRequests;
import dev.eider.server.api.RequestValidator;
import dev.eider.server.api.RunCommands;
import dev.eider.server.event.RunId;
import dev.eider.server.fork.Forker;
import dev.eider.server.read.Readers;
import dev.eider.server.read.diff.RunDiff;
import dev.eider.server.read.runs.RunDirectory;
import dev.eider.server.read.runs.RunDirectory.RunPage;
import dev.eider.server.read.runs.RunSelection;
import dev.eider.server.read.runs.RunWatch;
import dev.eider.v1.CloseRunRequest;
import dev.eider.v1.CloseRunResponse;
import dev.eider.v1.DeleteRunRequest;
import dev.eider.v1.DeleteRunResponse;
import dev.eider.v1.DiffRunsRequest;
import dev.eider.v1.DiffRunsResponse;
import dev.eider.v1.GetRunRequest;
import dev.eider.v1.GetRunResponse;
import dev.eider.v1.GetSnapshotRequest;
import dev.eider.v1.GetSnapshotResponse;
import dev.eider.v1.ListRunsRequest;
import dev.eider.v1.ListRunsResponse;
import dev.eider.v1.OpenRunRequest;
import dev.eider.v1.OpenRunResponse;
import dev.eider.v1.RunServiceGrpc;
import dev.eider.v1.WatchRunsRequest;
import dev.eider.v1.WatchRunsResponse;
import io.grpc.stub.StreamObserver;

/** RunService. Thread-safe. */
final class RunEndpoint extends RunServiceGrpc.RunServiceImplBase {
  private static final int PAGE_SIZE_DEFAULT = 100;
  private static final int PAGE_SIZE_MAX = 1_000;

  private final RunCommands commands;
  private final RunDirectory directory;
  private final Forker forker;
  private final Readers readers;

  RunEndpoint(RunCommands commands, RunDirectory directory, Forker forker, Readers readers) {
    this.commands = commands;
    this.directory = directory;
    this.forker = forker;
    this.readers = readers;
  }

  @Override
  public void openRun(OpenRunRequest request, StreamObserver<OpenRunResponse> responses) {
    Responses.sendStage(responses, () -> commands.open(request));
  }

  @Override
  public void closeRun(CloseRunRequest request, StreamObserver<CloseRunResponse> responses) {
    Responses.sendStage(responses, () -> commands.close(request));
  }

  @Override
  public void deleteRun(DeleteRunRequest request, StreamObserver<DeleteRunResponse> responses) {
    Responses.sendStage(responses, () -> commands.delete(request));
  }

  @Override
  public void getRun(GetRunRequest request, StreamObserver<GetRunResponse> responses) {
    Responses.sendFrom(
        readers.pools().cold(),
        responses,
        () -> {
          RunId runId = RequestValidator.runId("run_id", request.getRunId());
          return () -> GetRunResponse.newBuilder().setRun(directory.get(runId)).build();
        });
  }

  @Override
  public void listRuns(ListRunsRequest request, StreamObserver<ListRunsResponse> responses) {
    Responses.sendFrom(
        readers.pools().cold(),
        responses,
        () -> {
          long size =
              RequestValidator.inRange("page_size", request.getPageSize(), 0, PAGE_SIZE_MAX);
          RunSelection selection = RequestValidator.selection(request.getFilter());
          PageToken after = PageToken.parse(request.getPageToken());
          int runsMax = size == 0 ? PAGE_SIZE_DEFAULT : (int) size;
          return () -> listed(directory.list(selection, after.place(), runsMax));
        });
  }

  @Override
  public void watchRuns(WatchRunsRequest request, StreamObserver<WatchRunsResponse> responses) {
    Responses.stream(
        responses,
        stream ->
            new RunWatch(
                RequestValidator.selection(request.getFilter()), directory, stream, readers));
  }

  @Override
  public void getSnapshot(
      GetSnapshotRequest request, StreamObserver<GetSnapshotResponse> responses) {
    Responses.sendFrom(
        readers.pools().cold(),
        responses,
        () -> {
          RunId runId = RequestValidator.runId("run_id", request.getRunId());
          RequestValidator.atLeast("t", request.getT(), 0);
          if (request.hasSeq()) {
            RequestValidator.atLeast("seq", request.getSeq(), 1);
          }
          return () -> forker.snapshot(request, runId);
        });
  }

  @Override
  public void diffRuns(DiffRunsRequest request, StreamObserver<DiffRunsResponse> responses) {
    Responses.stream(responses, stream -> new RunDiff(ReadRequests.diff(request), stream, readers));
  }

  private static ListRunsResponse listed(RunPage page) {
    ListRunsResponse.Builder response = ListRunsResponse.newBuilder().addAllRuns(page.runs());
    if (page.last() != null) {
      response.setNextPageToken(new PageToken(page.last()).text());
    }
    return response.build();
  }
}
