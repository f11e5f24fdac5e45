package dev.eider.it;

import dev.eider.v1.SubscribeResponse;
import dev.eider.v1.SubscribeResponse.ResponseCase;

/**
 * The grammar of a subscription's responses, as the head of broker_service.proto states it:
 *
 * <pre>{ events | progress | heartbeat | caught_up | fell_behind } [ run_closed ] OK</pre>
 *
 * and what each notice claims about the events around it. Fed before the {@link StreamChecker} of
 * the same reader, by the same thread.
 */
public final class NoticeChecker {
  private final StreamChecker stream;
  private String scannedRunId;
  private long scannedSeq;
  private boolean behind = true;
  private boolean runClosed;

  public NoticeChecker(StreamChecker stream) {
    this.stream = stream;
    this.scannedRunId = stream.currentRunId();
    this.scannedSeq = stream.currentSeq();
  }

  public void accept(RawResponse<SubscribeResponse> response) {
    SubscribeResponse message = response.message();
    check(!runClosed, "something came after run_closed", message);
    switch (message.getResponseCase()) {
      case EVENTS -> accept(response, message);
      case CAUGHT_UP -> {
        check(behind, "caught_up came twice without fell_behind", message);
        behind = false;
        shouldBeAt(message.getCaughtUp().getHeadSeq(), message);
      }
      case FELL_BEHIND -> {
        behind = true;
        long seq = message.getFellBehind().getSeq();
        boolean isLast = stream.isFiltered() ? seq >= stream.lastSeq() : seq == stream.lastSeq();
        check(isLast, "not the last seq", message);
        if (stream.isFiltered() && !stream.isTimeline()) {
          // Looked at: nothing up to there comes any more.
          scannedRunId = stream.runId();
          scannedSeq = Math.max(scannedSeq, seq);
        }
      }
      case PROGRESS -> {
        String named = message.getProgress().getRunId();
        check(stream.isFiltered(), "progress without a filter", message);
        check(named.isEmpty() != stream.isTimeline(), "progress of which run?", message);
        progress(named.isEmpty() ? stream.runId() : named, message);
      }
      case HEARTBEAT -> check(message.getHeartbeat().hasServerTime(), "no time", message);
      case RUN_CLOSED -> {
        runClosed = true;
        shouldBeAt(message.getRunClosed().getFinalSeq(), message);
      }
      case RESPONSE_NOT_SET -> check(false, "a response without anything", message);
    }
  }

  private void progress(String runId, SubscribeResponse message) {
    long seq = message.getProgress().getScannedSeq();
    check(!runId.equals(scannedRunId) || seq >= scannedSeq, "progress went back", message);
    check(
        !runId.equals(stream.currentRunId()) || seq >= stream.currentSeq(),
        "progress is behind the events",
        message);
    scannedRunId = runId;
    scannedSeq = seq;
  }

  private void accept(RawResponse<SubscribeResponse> response, SubscribeResponse message) {
    check(message.getResponseCase() == ResponseCase.EVENTS, "not events", message);
    check(!response.envelopes().isEmpty(), "events without an event", message);
    check(
        !response.envelopes().get(0).runId().equals(scannedRunId)
            || response.envelopes().get(0).seq() > scannedSeq,
        "an event came that progress had passed",
        message);
  }

  /** A reader without a filter has exactly what it is told it has, unless it began beyond that. */
  private void shouldBeAt(long seq, SubscribeResponse message) {
    boolean here = stream.isFiltered() ? stream.lastSeq() <= seq : stream.lastSeq() >= seq;
    check(here, "the reader is at " + stream.lastSeq(), message);
    boolean beyond = stream.isFiltered() || stream.eventCount() == 0;
    check(beyond || stream.lastSeq() == seq, "the reader is at " + stream.lastSeq(), message);
  }

  private static void check(boolean holds, String problem, SubscribeResponse message) {
    if (!holds) {
      String text = message.toString();
      throw new AssertionError(
          "Grammar: " + problem + ": " + text.substring(0, Math.min(200, text.length())));
    }
  }
}
