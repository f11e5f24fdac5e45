package dev.eider.client;

import com.google.rpc.Status;
import dev.eider.v1.CloseRunRequest;
import dev.eider.v1.CloseRunResponse;
import dev.eider.v1.GetRunRequest;
import dev.eider.v1.GetRunResponse;
import dev.eider.v1.GetSnapshotRequest;
import dev.eider.v1.GetSnapshotResponse;
import dev.eider.v1.ListRunsRequest;
import dev.eider.v1.ListRunsResponse;
import dev.eider.v1.OpenRunRequest;
import dev.eider.v1.OpenRunResponse;
import dev.eider.v1.Run;
import dev.eider.v1.RunServiceGrpc;
import dev.eider.v1.WorldStateSnapshot;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/** Runs before a scripted log; its pages hold three runs. */
final class ScriptedRunService extends RunServiceGrpc.RunServiceImplBase {
  private static final int PAGE = 3;

  private final ScriptedLog log;
  final Queue<Status> refusals = new ConcurrentLinkedQueue<>();
  final Queue<OpenRunRequest> opens = new ConcurrentLinkedQueue<>();
  volatile WorldStateSnapshot snapshot = WorldStateSnapshot.getDefaultInstance();

  ScriptedRunService(ScriptedLog log) {
    this.log = log;
  }

  @Override
  public void openRun(OpenRunRequest request, StreamObserver<OpenRunResponse> to) {
    opens.add(request);
    answer(
        to,
        () -> OpenRunResponse.newBuilder().setRun(log.open(request.getRunId()).describe()).build());
  }

  @Override
  public void closeRun(CloseRunRequest request, StreamObserver<CloseRunResponse> to) {
    answer(
        to,
        () ->
            CloseRunResponse.newBuilder()
                .setRun(log.close(request.getRunId(), request.getOutcome()))
                .build());
  }

  @Override
  public void getRun(GetRunRequest request, StreamObserver<GetRunResponse> to) {
    answer(
        to,
        () -> GetRunResponse.newBuilder().setRun(log.find(request.getRunId()).describe()).build());
  }

  @Override
  public void listRuns(ListRunsRequest request, StreamObserver<ListRunsResponse> to) {
    List<Run> all = log.describeAll();
    int from = request.getPageToken().isEmpty() ? 0 : Integer.parseInt(request.getPageToken());
    int until = Math.min(all.size(), from + PAGE);
    answer(
        to,
        () ->
            ListRunsResponse.newBuilder()
                .addAllRuns(all.subList(from, until))
                .setNextPageToken(until < all.size() ? "" + until : "")
                .build());
  }

  @Override
  public void getSnapshot(GetSnapshotRequest request, StreamObserver<GetSnapshotResponse> to) {
    answer(to, () -> GetSnapshotResponse.newBuilder().setSnapshot(snapshot).build());
  }

  private <T> void answer(StreamObserver<T> to, Supplier<T> work) {
    Status refusal = refusals.poll();
    if (refusal != null) {
      to.onError(StatusProto.toStatusRuntimeException(refusal));
      return;
    }
    try {
      to.onNext(work.get());
      to.onCompleted();
    } catch (ScriptedRun.Refusal e) {
      to.onError(StatusProto.toStatusRuntimeException(e.status));
    }
  }
}
