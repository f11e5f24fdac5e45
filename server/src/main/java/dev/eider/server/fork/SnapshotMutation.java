package dev.eider.server.fork;

import com.google.protobuf.Struct;
import dev.eider.server.run.BrokerException;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.ForkRequest;
import dev.eider.v1.WorldStateSnapshot;

/** Applies a fork's mutation to a snapshot. Pure. */
final class SnapshotMutation {
  private SnapshotMutation() {}

  /**
   * Returns the world that the child begins with.
   *
   * @throws BrokerException SNAPSHOT_OPAQUE or MUTATION_INVALID
   */
  static WorldStateSnapshot apply(WorldStateSnapshot snapshot, ForkRequest request) {
    return switch (request.getMutationCase()) {
      case MERGE_PATCH ->
          withState(snapshot, MergePatch.apply(stateOf(snapshot), request.getMergePatch()));
      case JSON_PATCH -> withState(snapshot, patched(stateOf(snapshot), request));
      case REPLACEMENT -> request.getReplacement();
      case MUTATION_NOT_SET -> snapshot;
    };
  }

  /** Describes the mutation for people. */
  static String describe(ForkRequest request) {
    if (!request.getMutationSummary().isEmpty()) {
      return request.getMutationSummary();
    }
    return switch (request.getMutationCase()) {
      case MERGE_PATCH ->
          "merge patch of " + String.join(", ", request.getMergePatch().getFieldsMap().keySet());
      case JSON_PATCH -> "JSON patch, operations: " + request.getJsonPatch().getOpsCount();
      case REPLACEMENT -> "replacement";
      case MUTATION_NOT_SET -> "";
    };
  }

  /** Describes a snapshot for people. */
  static String describe(WorldStateSnapshot snapshot) {
    return snapshot.hasOpaque()
        ? "opaque, bytes: " + snapshot.getOpaque().size()
        : "state with "
            + String.join(
                ", ", snapshot.getState().getFieldsMap().keySet().stream().sorted().toList());
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

  private static Struct patched(Struct state, ForkRequest request) {
    try {
      return JsonPatcher.apply(state, request.getJsonPatch().getOpsList());
    } catch (MutationException e) {
      throw BrokerException.ofField(
          ErrorReason.ERROR_REASON_MUTATION_INVALID, "json_patch", String.valueOf(e.getMessage()));
    }
  }

  private static WorldStateSnapshot withState(WorldStateSnapshot snapshot, Struct state) {
    return snapshot.toBuilder().setState(state).build();
  }
}
