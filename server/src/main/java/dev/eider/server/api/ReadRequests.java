package dev.eider.server.api;

import dev.eider.server.event.EventMatcher;
import dev.eider.server.event.LogSelection;
import dev.eider.server.read.ColdRead;
import dev.eider.server.read.LogSubscriptionRequest;
import dev.eider.server.read.SubscriptionRequest;
import dev.eider.server.read.diff.RunDiff;
import dev.eider.server.read.history.ReadStart;
import dev.eider.server.read.history.ResumeToken;
import dev.eider.v1.ColdStreamRequest;
import dev.eider.v1.DiffRunsRequest;
import dev.eider.v1.EventFilter;
import dev.eider.v1.SubscribeAllRequest;
import dev.eider.v1.SubscribeRequest;

/** Turns requests into readers' selections, or throws a refusal. Thread-safe. */
public final class ReadRequests {
  private static final int BATCH_EVENTS_DEFAULT = 1_000;
  private static final int BATCH_EVENTS_MAX = 10_000;

  private ReadRequests() {}

  /** Checks a request of Subscribe. */
  public static SubscriptionRequest subscription(SubscribeRequest request) {
    return new SubscriptionRequest(
        start(
            request.getRunId(),
            request.getAfterSeq(),
            request.getIncludeInherited(),
            request.getAfterRunId()),
        filter(request.hasFilter(), request.getFilter()),
        request.getWaitForRun(),
        batchEvents(request.getMaxBatch()),
        request.getNotices());
  }

  /** Checks a request of SubscribeAll, but for whether its token is this daemon's. */
  public static LogSubscriptionRequest logSubscription(SubscribeAllRequest request) {
    RequestValidator.labels("run_labels", request.getRunLabelsMap());
    LogSelection selection =
        new LogSelection(
            filter(request.hasFilter(), request.getFilter()), request.getRunLabelsMap());
    return new LogSubscriptionRequest(
        ResumeToken.parse(request.getResumeToken().toByteArray()),
        selection,
        batchEvents(request.getMaxBatch()),
        request.getNotices());
  }

  /** Checks a request of ColdStream. */
  public static ColdRead.Request coldRead(ColdStreamRequest request) {
    long untilSeq = RequestValidator.atLeast("until_seq", request.getUntilSeq(), 0);
    return new ColdRead.Request(
        start(
            request.getRunId(),
            request.getAfterSeq(),
            request.getIncludeInherited(),
            request.getAfterRunId()),
        untilSeq == 0 ? Long.MAX_VALUE : untilSeq,
        filter(request.hasFilter(), request.getFilter()));
  }

  /** Checks a request of DiffRuns. */
  public static RunDiff.Request diff(DiffRunsRequest request) {
    return new RunDiff.Request(
        RequestValidator.runId("left_run_id", request.getLeftRunId()),
        RequestValidator.runId("right_run_id", request.getRightRunId()),
        request.getIncludeInherited(),
        RequestValidator.filter(request.getFilter()));
  }

  private static ReadStart start(
      String runId, long afterSeq, boolean includeInherited, String afterRunId) {
    if (!includeInherited && !afterRunId.isEmpty()) {
      throw RequestValidator.invalid("after_run_id", "needs include_inherited");
    }
    return new ReadStart(
        RequestValidator.runId("run_id", runId),
        RequestValidator.atLeast("after_seq", afterSeq, 0),
        includeInherited,
        RequestValidator.runIdOrNull("after_run_id", afterRunId));
  }

  private static EventMatcher filter(boolean isSet, EventFilter filter) {
    return isSet ? RequestValidator.filter(filter) : EventMatcher.ALL;
  }

  private static int batchEvents(int maxBatch) {
    RequestValidator.inRange("max_batch", maxBatch, 0, BATCH_EVENTS_MAX);
    return maxBatch == 0 ? BATCH_EVENTS_DEFAULT : maxBatch;
  }
}
