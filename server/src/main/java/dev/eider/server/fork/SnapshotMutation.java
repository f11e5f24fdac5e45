package dev.eider.server.fork;

import com.google.protobuf.Struct;
import dev.eider.server.base.BrokerException;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.ForkRequest;
import dev.eider.v1.WorldStateSnapshot;
import java.util.Locale;
import java.util.stream.Stream;

/** Applies a fork's mutation to a snapshot. Pure. */
final class SnapshotMutation {
  private static final int DESCRIPTION_CHARS_MAX = 1_000;

  private SnapshotMutation() {}

  /**
   * Returns the world that the child begins with.
   *
   * @throws BrokerException SNAPSHOT_OPAQUE or MUTATION_INVALID
   */
  static WorldStateSnapshot apply(
      WorldStateSnapshot snapshot, ForkRequest request, WorldBounds bounds) {
    try {
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

  /** Describes the mutation for people. */
  static String describe(ForkRequest request) {
    if (!request.getMutationSummary().isEmpty()) {
      return request.getMutationSummary();
    }
    return switch (request.getMutationCase()) {
      case MERGE_PATCH ->
          "merge patch of " + listed(request.getMergePatch().getFieldsMap().keySet().stream());
      case JSON_PATCH -> "JSON patch, operations: " + request.getJsonPatch().getOpsCount();
      case REPLACEMENT -> "replacement";
      case MUTATION_NOT_SET -> "";
    };
  }

  /** Describes a snapshot for people. */
  static String describe(WorldStateSnapshot snapshot) {
    return snapshot.hasOpaque()
        ? "opaque, bytes: " + snapshot.getOpaque().size()
        : "state with " + listed(snapshot.getState().getFieldsMap().keySet().stream().sorted());
  }

  /** Names come from the caller: any number, each of any length. */
  private static String listed(Stream<String> names) {
    StringBuilder text = new StringBuilder();
    for (String name : names.toList()) {
      if (text.length() + name.length() > DESCRIPTION_CHARS_MAX) {
        return text.append(text.isEmpty() ? "..." : ", ...").toString();
      }
      text.append(text.isEmpty() ? "" : ", ").append(name);
    }
    return text.toString();
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
