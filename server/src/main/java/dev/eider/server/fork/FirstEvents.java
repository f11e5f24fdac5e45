package dev.eider.server.fork;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.eider.server.base.BrokerException;
import dev.eider.server.event.EncodedEvent;
import dev.eider.server.read.history.TurnWorlds.World;
import dev.eider.server.run.RunView;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.Event;
import dev.eider.v1.ForkPayload;
import dev.eider.v1.ForkRequest;
import dev.eider.v1.JsonPatchOp;
import dev.eider.v1.WorldMutationPayload;
import dev.eider.v1.WorldStateSnapshot;
import java.util.List;

/** The first events of a fork: where it comes from, its world, and how that was changed. Pure. */
final class FirstEvents {
  private FirstEvents() {}

  /**
   * Returns the fork event and, given a mutation, that one's.
   *
   * @throws BrokerException BATCH_TOO_LARGE if one would be larger than an event may be
   */
  static List<EncodedEvent> of(
      ForkRequest request, World start, WorldStateSnapshot world, WorldBounds bounds, long nowUs) {
    MutationSummary summary = MutationSummary.of(request, start.snapshot(), world);
    Event.Builder event =
        Event.newBuilder().setT(start.t()).setTs(RunView.timestamp(nowUs)).setSchemaVersion(1);
    ForkPayload.Builder fork =
        ForkPayload.newBuilder()
            .setParentRunId(start.holder().runId().value())
            .setParentT(start.t())
            .setParentSeq(start.seq())
            .setMutationSummary(summary.mutation())
            .setSnapshot(world);
    EncodedEvent forked = encoded(event.setFork(fork), "the fork with its world", bounds);
    if (request.getMutationCase() == ForkRequest.MutationCase.MUTATION_NOT_SET) {
      return List.of(forked);
    }
    event.setWorldMutation(mutation(request, summary));
    return List.of(forked, encoded(event, "the mutation", bounds));
  }

  private static WorldMutationPayload mutation(ForkRequest request, MutationSummary summary) {
    WorldMutationPayload.Builder mutation =
        WorldMutationPayload.newBuilder()
            .setBeforeSummary(summary.before())
            .setAfterSummary(summary.after())
            .setReason(request.getReason());
    switch (request.getMutationCase()) {
      case MERGE_PATCH -> mutation.setMergePatch(request.getMergePatch());
      case JSON_PATCH ->
          request.getJsonPatch().getOpsList().forEach(op -> mutation.addJsonPatch(object(op)));
      case REPLACEMENT -> mutation.setReplacement(true);
      case MUTATION_NOT_SET -> {}
    }
    return mutation.build();
  }

  /** Returns an operation as RFC 6902 writes it. */
  static Struct object(JsonPatchOp op) {
    Struct.Builder object =
        Struct.newBuilder().putFields("op", text(op.getOp())).putFields("path", text(op.getPath()));
    if (op.hasValue()) {
      object.putFields("value", op.getValue());
    }
    if (!op.getFrom().isEmpty() || op.getOp().equals("copy") || op.getOp().equals("move")) {
      object.putFields("from", text(op.getFrom()));
    }
    return object.build();
  }

  private static Value text(String text) {
    return Value.newBuilder().setStringValue(text).build();
  }

  private static EncodedEvent encoded(Event.Builder builder, String what, WorldBounds bounds) {
    Event event = builder.build();
    long bytes = event.getSerializedSize();
    if (bytes > bounds.bytesMax()) {
      throw BrokerException.of(
              ErrorReason.ERROR_REASON_BATCH_TOO_LARGE,
              what + " would be an event of " + bytes + " bytes; it may have " + bounds.bytesMax())
          .with("limit", bounds.bytesMax())
          .with("actual", bytes);
    }
    return EncodedEvent.of(event);
  }
}
