package dev.eider.server.fork;

import com.google.protobuf.Struct;
import dev.eider.server.base.BrokerException;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.ForkRequest;
import dev.eider.v1.JsonPatchOp;
import dev.eider.v1.WorldStateSnapshot;
import java.util.Locale;

/** Applies a fork's mutation to a snapshot. Pure. */
final class SnapshotMutation {
  private SnapshotMutation() {}

  /**
   * Returns the world that the child begins with.
   *
   * @throws BrokerException SNAPSHOT_OPAQUE or MUTATION_INVALID
   */
  static WorldStateSnapshot apply(
      WorldStateSnapshot snapshot, ForkRequest request, WorldBounds bounds) {
    try {
      requireRecordable(request, bounds);
      return switch (request.getMutationCase()) {
        case MERGE_PATCH -> merged(snapshot, request.getMergePatch(), bounds);
        case JSON_PATCH ->
            withState(
                snapshot,
                JsonPatcher.apply(stateOf(snapshot), request.getJsonPatch().getOpsList(), bounds));
        case REPLACEMENT -> {
          bounds.require(request.getReplacement().getState());
          yield request.getReplacement();
        }
        case MUTATION_NOT_SET -> snapshot;
      };
    } catch (MutationException e) {
      throw BrokerException.ofField(
          ErrorReason.ERROR_REASON_MUTATION_INVALID,
          request.getMutationCase().name().toLowerCase(Locale.ROOT),
          String.valueOf(e.getMessage()));
    }
  }

  /** A mutation is stored as it is given, a message less deep in an event than the world is. */
  private static void requireRecordable(ForkRequest request, WorldBounds bounds)
      throws MutationException {
    bounds.requireNestingOfPatch(request.getMergePatch());
    for (JsonPatchOp op : request.getJsonPatch().getOpsList()) {
      bounds.requireNestingOfPatch(FirstEvents.object(op));
    }
  }

  private static Struct stateOf(WorldStateSnapshot snapshot) {
    if (snapshot.hasOpaque()) {
      throw BrokerException.of(
          ErrorReason.ERROR_REASON_SNAPSHOT_OPAQUE,
          "the snapshot is opaque ("
              + snapshot.getMediaType()
              + "): a JSON mutation cannot apply; send a replacement");
    }
    return snapshot.getState();
  }

  private static WorldStateSnapshot merged(
      WorldStateSnapshot snapshot, Struct patch, WorldBounds bounds) throws MutationException {
    Struct state = MergePatch.apply(stateOf(snapshot), patch);
    bounds.require(state);
    return withState(snapshot, state);
  }

  private static WorldStateSnapshot withState(WorldStateSnapshot snapshot, Struct state) {
    return snapshot.toBuilder().setState(state).build();
  }
}
