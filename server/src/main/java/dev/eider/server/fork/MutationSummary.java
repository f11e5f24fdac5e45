package dev.eider.server.fork;

import dev.eider.v1.ForkRequest;
import dev.eider.v1.WorldStateSnapshot;
import java.util.stream.Stream;

/**
 * What a fork changes, in words for people: the values where they are few and short ({@code gold:
 * 100 -> 500}), else the names. Immutable.
 *
 * @param mutation empty when nothing was to be changed
 * @param before the world as it was
 * @param after the world as it is
 */
record MutationSummary(String mutation, String before, String after) {
  private static final int CHARS_MAX = 1_000;

  /** Describes the mutation of a request that made one world into another. */
  static MutationSummary of(
      ForkRequest request, WorldStateSnapshot before, WorldStateSnapshot after) {
    String own = request.getMutationSummary();
    if (request.getMutationCase() == ForkRequest.MutationCase.MUTATION_NOT_SET) {
      return new MutationSummary(own, "", "");
    }
    String prefix = own.isEmpty() ? "" : own + ": ";
    StateChanges changes =
        before.hasOpaque() || after.hasOpaque()
            ? StateChanges.NONE
            : StateChanges.between(before.getState(), after.getState(), CHARS_MAX);
    if (!changes.isEmpty()) {
      return new MutationSummary(
          own.isEmpty() ? changes.text() : own, changes.before(), prefix + changes.text());
    }
    String names = own.isEmpty() ? names(request) : own;
    return new MutationSummary(names, names(before), names + ": " + names(after));
  }

  private static String names(ForkRequest request) {
    return switch (request.getMutationCase()) {
      case MERGE_PATCH ->
          "merge patch of " + listed(request.getMergePatch().getFieldsMap().keySet().stream());
      case JSON_PATCH -> "JSON patch, operations: " + request.getJsonPatch().getOpsCount();
      case REPLACEMENT -> "replacement";
      case MUTATION_NOT_SET -> "";
    };
  }

  private static String names(WorldStateSnapshot snapshot) {
    return snapshot.hasOpaque()
        ? "opaque, bytes: " + snapshot.getOpaque().size()
        : "state with " + listed(snapshot.getState().getFieldsMap().keySet().stream().sorted());
  }

  /** Names come from the caller: any number, each of any length. */
  private static String listed(Stream<String> names) {
    StringBuilder text = new StringBuilder();
    for (String name : names.toList()) {
      if (text.length() + name.length() > CHARS_MAX) {
        return text.append(text.isEmpty() ? "..." : ", ...").toString();
      }
      text.append(text.isEmpty() ? "" : ", ").append(name);
    }
    return text.toString();
  }
}
