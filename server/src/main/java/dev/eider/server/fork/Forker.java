package dev.eider.server.fork;

import dev.eider.server.base.BrokerException;
import dev.eider.server.event.EncodedEvent;
import dev.eider.server.event.Micros;
import dev.eider.server.event.RunId;
import dev.eider.server.event.SequencedEvent;
import dev.eider.server.read.history.RunHistory;
import dev.eider.server.read.history.RunHistory.KnownRun;
import dev.eider.server.run.Parent;
import dev.eider.server.run.RequestFingerprint;
import dev.eider.server.run.RunView;
import dev.eider.server.sequencer.Applied;
import dev.eider.server.sequencer.Command;
import dev.eider.server.sequencer.RunWriter;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.Event;
import dev.eider.v1.ForkPayload;
import dev.eider.v1.ForkRequest;
import dev.eider.v1.ForkResponse;
import dev.eider.v1.TurnStartPayload;
import dev.eider.v1.WorldMutationPayload;
import dev.eider.v1.WorldStateSnapshot;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Branches runs. Nothing of the parent is copied: the child's first event names the run and turn it
 * goes on from, and its start world is computed from the parent's snapshot, again for a repeat of
 * the request. Thread-safe.
 */
public final class Forker {
  private final RunHistory history;
  private final RunWriter writer;
  private final InstantSource clock;
  private final Executor cold;
  private final WorldBounds bounds;

  /**
   * @param cold runs the tasks that wait for DuckDB
   * @param worldBytesMax the largest state that a patch may make
   */
  public Forker(
      RunHistory history,
      RunWriter writer,
      InstantSource clock,
      Executor cold,
      long worldBytesMax) {
    this.history = history;
    this.writer = writer;
    this.clock = clock;
    this.cold = cold;
    this.bounds = new WorldBounds(worldBytesMax);
  }

  /**
   * Forks a run. Blocks while it reads the parent; the future completes once the child is durable.
   *
   * @param childId the id in the request, or one made for it
   * @throws BrokerException if the fork is refused before anything is written
   */
  public CompletableFuture<ForkResponse> fork(ForkRequest request, RunId childId) {
    KnownRun parent = history.get(new RunId(request.getParentRunId()));
    String agentId = request.hasAgentId() ? request.getAgentId() : null;
    TurnStart start = turnStart(parent, request.getParentT(), agentId);
    WorldStateSnapshot world = SnapshotMutation.apply(start.snapshot(), request, bounds);
    Command.Open open =
        new Command.Open(
            childId,
            request.getLabelsMap(),
            request.getRequestId(),
            RequestFingerprint.of(request),
            new Parent(
                parent.run().runId(), request.getParentT(), start.seq(), parent.run().rootRunId()),
            firstEvents(request, start, world),
            ErrorReason.ERROR_REASON_FORK_ALREADY_EXISTS);
    return writer.execute(open).thenApplyAsync(applied -> response(applied, world), cold);
  }

  /**
   * Returns the snapshot of a turn. Blocks.
   *
   * @param agentId the agent of the turn_start; null for the first one of the turn
   * @throws BrokerException RUN_NOT_FOUND, TURN_NOT_FOUND, SNAPSHOT_MISSING or STORAGE_UNAVAILABLE
   */
  public WorldStateSnapshot snapshot(RunId runId, int t, @Nullable String agentId) {
    return turnStart(history.get(runId), t, agentId).snapshot();
  }

  private TurnStart turnStart(KnownRun run, int t, @Nullable String agentId) {
    SequencedEvent found = history.findTurnStart(run, t, agentId);
    String where =
        "t " + t + (agentId == null ? "" : " of agent " + agentId) + " in run " + run.run().runId();
    if (found == null) {
      throw BrokerException.of(
          ErrorReason.ERROR_REASON_TURN_NOT_FOUND, "there is no turn_start at " + where);
    }
    TurnStartPayload payload = found.parse().getEvent().getTurnStart();
    if (!payload.hasSnapshot()
        || payload.getSnapshot().getBodyCase() == WorldStateSnapshot.BodyCase.BODY_NOT_SET) {
      throw BrokerException.of(
          ErrorReason.ERROR_REASON_SNAPSHOT_MISSING,
          "the turn_start at " + where + " carries no snapshot");
    }
    return new TurnStart(found.seq(), payload.getSnapshot());
  }

  private List<EncodedEvent> firstEvents(
      ForkRequest request, TurnStart start, WorldStateSnapshot world) {
    long nowUs = Micros.now(clock);
    Event.Builder base =
        Event.newBuilder()
            .setT(request.getParentT())
            .setTs(RunView.timestamp(nowUs))
            .setSchemaVersion(1);
    String summary = SnapshotMutation.describe(request);
    List<EncodedEvent> events = new ArrayList<>();
    events.add(
        EncodedEvent.of(
            base.setFork(
                    ForkPayload.newBuilder()
                        .setParentRunId(request.getParentRunId())
                        .setParentT(request.getParentT())
                        .setMutationSummary(summary))
                .build()));
    if (request.getMutationCase() != ForkRequest.MutationCase.MUTATION_NOT_SET) {
      events.add(
          EncodedEvent.of(
              base.setWorldMutation(
                      WorldMutationPayload.newBuilder()
                          .setBeforeSummary(SnapshotMutation.describe(start.snapshot()))
                          .setAfterSummary(summary + ": " + SnapshotMutation.describe(world))
                          .setReason(request.getReason()))
                  .build()));
    }
    return events;
  }

  private ForkResponse response(Applied applied, WorldStateSnapshot world) {
    KnownRun child = history.get(applied.run().runId());
    return ForkResponse.newBuilder()
        .setRun(RunView.of(child.run(), child.persistedSeq()))
        .setSnapshot(world)
        .setEnvelope(history.first(child).parse())
        .build();
  }

  private record TurnStart(long seq, WorldStateSnapshot snapshot) {}
}
