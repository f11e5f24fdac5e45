package dev.eider.it.testkit.workload;

import dev.eider.it.NoticeChecker;
import dev.eider.it.RawEnvelope;
import dev.eider.it.RawResponse;
import dev.eider.it.StreamChecker;
import dev.eider.it.testkit.Reader;
import dev.eider.it.testkit.Rule;
import dev.eider.it.testkit.StoredEvent;
import dev.eider.v1.EventFilter;
import dev.eider.v1.SubscribeRequest;
import dev.eider.v1.SubscribeResponse;
import dev.eider.v1.SubscribeResponse.RunClosed;
import java.util.Random;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Follows one run to its close, and resumes after what it has taken whenever it is cut off. Owned
 * by one client.
 */
public final class Following {
  private final Stage stage;
  private final String by;
  final String runId;
  private final @Nullable EventFilter filter;
  private final StreamChecker stream;
  private @Nullable NoticeChecker notices;
  private @Nullable Inflow<RawResponse<SubscribeResponse>> inflow;
  private @Nullable Reader reader;
  private boolean isDone;
  private boolean isCaughtUp;

  /** Begins after a seq, with a filter or null. */
  public Following(
      Stage stage, String by, String runId, long afterSeq, @Nullable EventFilter filter) {
    this.stage = stage;
    this.by = by;
    this.runId = runId;
    this.filter = filter;
    this.stream =
        filter == null
            ? StreamChecker.after(runId, afterSeq)
            : StreamChecker.filtered(runId, afterSeq);
  }

  /** Returns whether the run was read to its end, or is gone. */
  public boolean isDone() {
    return isDone;
  }

  boolean isCaughtUp() {
    return isCaughtUp;
  }

  /** Returns whether there is a stream, so that the next step does not begin one. */
  boolean isUnderWay() {
    return inflow != null;
  }

  public long lastSeq() {
    return stream.lastSeq();
  }

  /** Begins a stream, or takes a response, or the end. */
  public void step(long patienceMs) {
    if (inflow == null) {
      begin();
      return;
    }
    RawResponse<SubscribeResponse> response = inflow.next(patienceMs);
    if (response != null) {
      take(response);
    } else if (inflow.isOver()) {
      Answer<Boolean> end = inflow.end();
      leave();
      ended(end);
    }
  }

  /** Follows to the end, or until the reader has had enough; leaves and comes back at times. */
  public void follow(Random random, boolean mayGiveUp) {
    while (!isDone) {
      step(20);
      if (mayGiveUp && random.nextInt(40) == 0) {
        leave();
        stage.tally().add("streams cancelled");
        if (random.nextInt(3) == 0) {
          return;
        }
      }
    }
    leave();
    stage.tally().add("filtered reads", filter == null ? 0 : 1);
  }

  private void begin() {
    reader = stage.history().read(by, runId, stream.lastSeq());
    SubscribeRequest.Builder request =
        SubscribeRequest.newBuilder()
            .setRunId(runId)
            .setAfterSeq(stream.lastSeq())
            .setWaitForRun(true)
            .setNotices(true);
    if (filter != null) {
      request.setFilter(filter);
      reader.filtered(predicate(filter));
    }
    notices = new NoticeChecker(stream);
    inflow = stage.wire().subscribe(request.build());
  }

  private static Predicate<StoredEvent> predicate(EventFilter filter) {
    return event ->
        (filter.getKindsList().isEmpty()
                || filter.getKindsList().contains(event.kind().toLowerCase(java.util.Locale.ROOT)))
            && (!filter.hasTMin() || event.t() >= filter.getTMin())
            && (!filter.hasTMax() || event.t() <= filter.getTMax());
  }

  private void take(RawResponse<SubscribeResponse> response) {
    try {
      notices.accept(response);
      stream.acceptAll(response.envelopes());
    } catch (AssertionError broken) {
      Rule.READER_CONTIGUOUS.require(false, "%s of %s: %s", by, runId, broken.getMessage());
    }
    for (RawEnvelope envelope : response.envelopes()) {
      reader.saw(Plays.stored(envelope));
    }
    SubscribeResponse message = response.message();
    stage.tally().add("events delivered", response.envelopes().size());
    stage.tally().add("notices: " + message.getResponseCase());
    if (message.hasCaughtUp()) {
      isCaughtUp = true;
      reader.caughtUp(message.getCaughtUp().getHeadSeq());
    } else if (message.hasRunClosed()) {
      RunClosed closed = message.getRunClosed();
      reader.caughtUp(closed.getFinalSeq());
      stage.history().closed(by, runId, closed.getFinalSeq());
      stage.history().digest(by, runId, closed.getFinalSeq(), closed.getDigest().toByteArray());
      isDone = true;
    }
  }

  private void ended(Answer<Boolean> end) {
    if (end.isOk()) {
      Rule.READER_COMPLETE.require(isDone, "%s: a stream ended before the run did", runId);
      return;
    }
    switch (end.reason()) {
      case "", "SHUTTING_DOWN", "STORAGE_UNAVAILABLE", "OVERLOADED" -> {
        stage.tally().add("streams cut");
        stage.wire().pause(1 + stage.wire().patienceMs() / 30);
      }
      case "RUN_NOT_FOUND" -> {
        Rule.SEEN_IS_KEPT.require(
            stage.history().mayBeDeleted(runId), "%s is not found by its reader", runId);
        stage.tally().add("streams ended by a deletion");
        isDone = true;
      }
      default -> Rule.NO_DEFECT.require(false, "following %s ended with %s", runId, end);
    }
  }

  /** Leaves the stream; the next step resumes. */
  public void leave() {
    if (inflow != null) {
      inflow.close();
      inflow = null;
    }
  }
}
