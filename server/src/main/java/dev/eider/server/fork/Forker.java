package dev.eider.server.fork;

import dev.eider.server.base.BrokerException;
import dev.eider.server.base.Invariants;
import dev.eider.server.event.Micros;
import dev.eider.server.event.RunId;
import dev.eider.server.read.history.RunHistory;
import dev.eider.server.read.history.RunHistory.KnownRun;
import dev.eider.server.read.history.TurnWorlds;
import dev.eider.server.read.history.TurnWorlds.World;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.Parent;
import dev.eider.server.run.RequestFingerprint;
import dev.eider.server.run.RunView;
import dev.eider.server.sequencer.Command;
import dev.eider.server.sequencer.RunWriter;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.EventEnvelope;
import dev.eider.v1.ForkRequest;
import dev.eider.v1.ForkResponse;
import dev.eider.v1.GetSnapshotRequest;
import dev.eider.v1.GetSnapshotResponse;
import dev.eider.v1.WorldStateSnapshot;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Branches runs. Nothing of the parent is copied but the world that the child begins with, which is
 * part of its first event, so that it is found whatever becomes of the parent. Thread-safe.
 */
public final class Forker {
  /** A larger world is in an answer once, not in its fork event too. */
  private static final int WORLD_TWICE_BYTES_MAX = 1 << 20;

  private final RunHistory history;
  private final TurnWorlds worlds;
  private final RunWriter writer;
  private final InstantSource clock;
  private final Executor cold;
  private final WorldBounds bounds;

  /**
   * @param cold runs the tasks that wait for DuckDB
   * @param worldBytesMax the largest state that a patch may make, and the largest event
   */
  public Forker(
      RunHistory history,
      RunWriter writer,
      InstantSource clock,
      Executor cold,
      long worldBytesMax) {
    this.history = history;
    this.worlds = new TurnWorlds(history);
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
    Command.Open open;
    try {
      open = open(request, childId);
    } catch (BrokerException refusal) {
      KnownRun made = findMade(request, childId);
      if (made == null) {
        throw refusal;
      }
      return CompletableFuture.completedFuture(response(request, made.run().runId()));
    }
    return writer
        .execute(open)
        .thenApplyAsync(applied -> response(request, applied.run().runId()), cold);
  }

  /**
   * Finds the world of a turn. Blocks.
   *
   * @throws BrokerException RUN_NOT_FOUND, TURN_NOT_FOUND, SNAPSHOT_MISSING, INVALID_REQUEST or
   *     STORAGE_UNAVAILABLE
   */
  public GetSnapshotResponse snapshot(GetSnapshotRequest request, RunId runId) {
    World world = TurnChoice.of(request).in(worlds, history.get(runId));
    GetSnapshotResponse.Builder response =
        GetSnapshotResponse.newBuilder()
            .setRunId(world.holder().runId().value())
            .setSeq(world.seq());
    if (!request.getOmitSnapshot()) {
      response.setSnapshot(world.snapshot());
    }
    return response.build();
  }

  private Command.Open open(ForkRequest request, RunId childId) {
    KnownRun asked = history.get(new RunId(request.getParentRunId()));
    World start = TurnChoice.of(request).in(worlds, asked);
    WorldStateSnapshot world = SnapshotMutation.apply(start.snapshot(), request, bounds);
    FoldedRun holder = start.holder();
    return new Command.Open(
        childId,
        request.getLabelsMap(),
        request.getRequestId(),
        fingerprint(request),
        new Parent(holder.runId(), start.t(), start.seq(), holder.rootRunId()),
        FirstEvents.of(request, start, world, bounds, Micros.now(clock)),
        ErrorReason.ERROR_REASON_FORK_ALREADY_EXISTS,
        // What a run inherits is kept for as long as it is there; a library keeps nothing.
        asked.run().isInLibrary() ? holder.runId() : asked.run().runId());
  }

  /** The size of its answer is no part of what a request asks for. */
  private static byte[] fingerprint(ForkRequest request) {
    return RequestFingerprint.of(request.toBuilder().clearOmitSnapshot().build());
  }

  /** Returns the fork that the same request has made before, or null: its parent may be gone. */
  private @Nullable KnownRun findMade(ForkRequest request, RunId childId) {
    KnownRun known = request.getRequestId().isEmpty() ? null : history.find(childId);
    return known != null
            && known.run().requestId().equals(request.getRequestId())
            && Arrays.equals(known.run().requestHash(), fingerprint(request))
        ? known
        : null;
  }

  private ForkResponse response(ForkRequest request, RunId childId) {
    KnownRun child = history.get(childId);
    EventEnvelope first = history.first(child).parse();
    ForkResponse.Builder response =
        ForkResponse.newBuilder()
            .setRun(RunView.of(child.run(), child.persistedSeq()))
            .setEnvelope(first);
    WorldStateSnapshot world = first.getEvent().getFork().getSnapshot();
    if (request.getOmitSnapshot() || world.getSerializedSize() > WORLD_TWICE_BYTES_MAX) {
      response.getEnvelopeBuilder().getEventBuilder().getForkBuilder().clearSnapshot();
    }
    if (!request.getOmitSnapshot()) {
      boolean isStored = first.getEvent().getFork().hasSnapshot();
      response.setSnapshot(isStored ? world : computed(request, child));
    }
    return response.build();
  }

  /** Computes the world of a fork that an earlier build made. */
  private WorldStateSnapshot computed(ForkRequest request, KnownRun child) {
    Parent parent =
        Invariants.requireNonNull(
            child.run().parent(), "run %s was forked from nothing", child.run().runId());
    World start = worlds.at(history.get(parent.runId()), parent.seq());
    return SnapshotMutation.apply(start.snapshot(), request, bounds);
  }
}
