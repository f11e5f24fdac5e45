package dev.eider.it.sim;

import com.google.protobuf.ByteString;
import dev.eider.it.RawResponse;
import dev.eider.it.testkit.Rule;
import dev.eider.it.testkit.workload.Answer;
import dev.eider.it.testkit.workload.Inflow;
import dev.eider.it.testkit.workload.Wire;
import dev.eider.server.Broker;
import dev.eider.server.api.PublishRequests;
import dev.eider.server.event.EventMatcher;
import dev.eider.server.event.LogSelection;
import dev.eider.server.event.RunId;
import dev.eider.server.read.ColdRead;
import dev.eider.server.read.LogSubscription;
import dev.eider.server.read.LogSubscriptionRequest;
import dev.eider.server.read.Subscription;
import dev.eider.server.read.SubscriptionRequest;
import dev.eider.server.read.history.ReadStart;
import dev.eider.server.read.history.ResumeToken;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.RunView;
import dev.eider.server.sequencer.Applied;
import dev.eider.server.sequencer.Command;
import dev.eider.v1.CloseRunRequest;
import dev.eider.v1.ColdStreamRequest;
import dev.eider.v1.ColdStreamResponse;
import dev.eider.v1.DeleteRunRequest;
import dev.eider.v1.DeleteRunResponse;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.EventBatch;
import dev.eider.v1.ForkRequest;
import dev.eider.v1.ForkResponse;
import dev.eider.v1.GetRunRequest;
import dev.eider.v1.OpenRunRequest;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.PublishResponse;
import dev.eider.v1.Run;
import dev.eider.v1.RunOutcome;
import dev.eider.v1.SubscribeAllRequest;
import dev.eider.v1.SubscribeAllResponse;
import dev.eider.v1.SubscribeRequest;
import dev.eider.v1.SubscribeResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** The way to the simulated daemon: what gRPC and its endpoints do, over a faulty network. */
final class SimWire implements Wire {
  private static final int PATIENCE_MS = 300;

  private final World world;
  private final PublishRequests publishes;

  SimWire(World world, PublishRequests publishes) {
    this.world = world;
    this.publishes = publishes;
  }

  @Override
  public Answer<PublishResponse> publish(PublishRequest request, long deadlineMs) {
    return send(request).await(deadlineMs);
  }

  @Override
  public List<Answer<PublishResponse>> publishRow(List<PublishRequest> requests, long deadlineMs) {
    List<SimDaemon.Call<PublishResponse>> calls = requests.stream().map(this::send).toList();
    return calls.stream().map(call -> call.await(deadlineMs)).toList();
  }

  private SimDaemon.Call<PublishResponse> send(PublishRequest request) {
    PublishRequest sent =
        world.daemon().mutant == Mutant.NO_PRODUCER_TABLE
            ? request.toBuilder().clearProducer().build()
            : request;
    return world
        .daemon()
        .send(
            broker ->
                broker
                    .writer()
                    .execute(publishes.toCommand(sent))
                    .thenApply(PublishRequests::toResponse));
  }

  @Override
  public Answer<Run> open(OpenRunRequest request, long deadlineMs) {
    Command.Open open =
        new Command.Open(
            new RunId(request.getRunId()),
            request.getLabelsMap(),
            request.getRequestId(),
            new byte[] {7},
            null,
            List.of(),
            ErrorReason.ERROR_REASON_RUN_ALREADY_EXISTS);
    return call(deadlineMs, broker -> broker.writer().execute(open).thenApply(SimWire::view));
  }

  @Override
  public Answer<Run> close(CloseRunRequest request, long deadlineMs) {
    Command.Close close =
        new Command.Close(new RunId(request.getRunId()), RunOutcome.RUN_OUTCOME_COMPLETED);
    return call(
        deadlineMs,
        broker ->
            broker
                .writer()
                .closeAndPersist(close)
                .thenApply(this::persisted)
                .thenApply(SimWire::view));
  }

  private Applied persisted(Applied closed) {
    RunId runId = closed.run().runId();
    FoldedRun stored = world.daemon().store.content.run(runId);
    Rule.CLOSED_IS_PERSISTED.require(
        world.history().mayBeDeleted(runId.value())
            || (stored != null && !stored.isOpen() && stored.headSeq() == closed.run().headSeq()),
        "run %s is closed; the store has %s",
        runId,
        stored);
    return closed;
  }

  @Override
  public Answer<DeleteRunResponse> delete(DeleteRunRequest request, long deadlineMs) {
    Command.Delete delete = new Command.Delete(new RunId(request.getRunId()), request.getForce());
    return call(
        deadlineMs, broker -> broker.writer().deleteAndPersist(delete).thenApply(this::erased));
  }

  private DeleteRunResponse erased(Applied deleted) {
    world.daemon().store.content.requireGone(deleted.run().runId());
    return DeleteRunResponse.newBuilder()
        .setRun(view(deleted))
        .setKeptForForks(deleted.run().deletion() == FoldedRun.Deletion.KEPT)
        .build();
  }

  private static Run view(Applied applied) {
    return RunView.of(applied.run(), 0);
  }

  @Override
  public Answer<ForkResponse> fork(ForkRequest request, long deadlineMs) {
    RunId childId = new RunId(request.getRunId());
    return call(deadlineMs, broker -> broker.forker().fork(request, childId));
  }

  @Override
  public Answer<Run> get(GetRunRequest request, long deadlineMs) {
    RunId runId = new RunId(request.getRunId());
    return call(
        deadlineMs, broker -> CompletableFuture.completedFuture(broker.directory().get(runId)));
  }

  private <T> Answer<T> call(long deadlineMs, Function<Broker, CompletableFuture<T>> request) {
    return world.daemon().<T>send(request).await(deadlineMs);
  }

  @Override
  public Inflow<RawResponse<SubscribeResponse>> subscribe(SubscribeRequest request) {
    SubscribeResponse events =
        SubscribeResponse.newBuilder().setEvents(EventBatch.getDefaultInstance()).build();
    SubscriptionRequest checked =
        new SubscriptionRequest(
            ReadStart.after(new RunId(request.getRunId()), request.getAfterSeq()),
            EventMatcher.of(request.getFilter()),
            request.getWaitForRun(),
            1 + world.random().nextInt(20),
            request.getNotices());
    return SimInflow.open(
        world,
        noToken -> events,
        (responses, readers) -> new Subscription(checked, responses, readers));
  }

  @Override
  public Inflow<RawResponse<ColdStreamResponse>> coldStream(ColdStreamRequest request) {
    RunId runId = new RunId(request.getRunId());
    ColdRead.Request checked =
        new ColdRead.Request(
            new ReadStart(runId, request.getAfterSeq(), request.getIncludeInherited(), null),
            request.getUntilSeq() == 0 ? Long.MAX_VALUE : request.getUntilSeq(),
            EventMatcher.ALL);
    return SimInflow.open(
        world,
        noToken -> ColdStreamResponse.getDefaultInstance(),
        (responses, readers) -> new ColdRead(checked, responses, readers));
  }

  @Override
  public Inflow<RawResponse<SubscribeAllResponse>> subscribeAll(SubscribeAllRequest request) {
    SubscribeAllResponse.Builder events =
        SubscribeAllResponse.newBuilder().setEvents(EventBatch.getDefaultInstance());
    LogSubscriptionRequest checked =
        new LogSubscriptionRequest(
            ResumeToken.parse(request.getResumeToken().toByteArray()),
            selection(request),
            request.getMaxBatch(),
            request.getNotices());
    return SimInflow.open(
        world,
        token -> events.setResumeToken(ByteString.copyFrom(token)).build(),
        (responses, readers) -> new LogSubscription(checked, responses, readers));
  }

  static LogSelection selection(SubscribeAllRequest request) {
    return new LogSelection(EventMatcher.of(request.getFilter()), request.getRunLabelsMap());
  }

  @Override
  public void pause(long ms) {
    world.scheduler().sleep(ms);
  }

  @Override
  public int patienceMs() {
    return PATIENCE_MS;
  }
}
