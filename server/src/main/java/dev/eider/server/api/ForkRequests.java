package dev.eider.server.api;

import dev.eider.server.event.RunId;
import dev.eider.server.run.RunIdMaker;
import dev.eider.v1.ForkRequest;
import dev.eider.v1.JsonPatchOp;

/** Checks requests to fork a run. Thread-safe. */
public record ForkRequests(RequestLimits limits, RunIdMaker runIds) {
  private static final int JSON_PATCH_OPS_MAX = 1_000;

  /** Checks a request and returns the id of the run to come of it; throws a refusal. */
  public RunId childId(ForkRequest request) {
    RequestValidator.requestSize(request, limits);
    RequestValidator.runId("parent_run_id", request.getParentRunId());
    RequestValidator.atLeast("parent_t", request.getParentT(), 0);
    if (request.hasParentSeq()) {
      RequestValidator.atLeast("parent_seq", request.getParentSeq(), 1);
    }
    RequestValidator.requestId(request.getRequestId());
    RequestValidator.labels(request.getLabelsMap());
    RequestValidator.text("mutation_summary", request.getMutationSummary());
    RequestValidator.text("reason", request.getReason());
    checkMutation(request);
    return request.getRunId().isEmpty()
        ? runIds.make(request.getRequestId())
        : RequestValidator.runId("run_id", request.getRunId());
  }

  private static void checkMutation(ForkRequest request) {
    switch (request.getMutationCase()) {
      case MERGE_PATCH -> EventValidator.checkStruct(request.getMergePatch(), "merge_patch");
      case REPLACEMENT -> EventValidator.checkSnapshot(request.getReplacement(), "replacement");
      case JSON_PATCH -> {
        RequestValidator.inRange(
            "json_patch.ops", request.getJsonPatch().getOpsCount(), 0, JSON_PATCH_OPS_MAX);
        request.getJsonPatch().getOpsList().stream()
            .filter(JsonPatchOp::hasValue)
            .forEach(op -> EventValidator.checkValue(op.getValue(), "json_patch.ops"));
      }
      case MUTATION_NOT_SET -> {}
    }
  }
}
