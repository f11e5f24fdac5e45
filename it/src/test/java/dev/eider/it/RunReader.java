package dev.eider.it;

import dev.eider.v1.BrokerServiceGrpc;
import dev.eider.v1.SubscribeRequest;
import dev.eider.v1.SubscribeResponse;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * One Subscribe call whose envelopes go to a {@link StreamChecker} as they come. Responses are fed
 * on the connection's threads, one at a time; the other methods are for the test thread.
 */
public final class RunReader extends StreamCall<SubscribeRequest, RawResponse<SubscribeResponse>> {
  private static final MethodDescriptor<SubscribeRequest, RawResponse<SubscribeResponse>> METHOD =
      RawResponse.keepingBytes(BrokerServiceGrpc.getSubscribeMethod(), SubscribeResponse.parser());

  private final StreamChecker checker;
  private final Consumer<RawEnvelope> alsoTo;
  private final NoticeChecker noticeChecker;
  private final List<SubscribeResponse> notices = new CopyOnWriteArrayList<>();
  private volatile long lastSeq;
  private volatile int largestBatch;

  private RunReader(
      Channel channel, StreamChecker checker, Consumer<RawEnvelope> alsoTo, boolean reading) {
    super(channel, METHOD, reading);
    this.checker = checker;
    this.alsoTo = alsoTo;
    this.noticeChecker = new NoticeChecker(checker);
    this.lastSeq = checker.lastSeq();
  }

  /** Reads every event of a run from its start, also when it is not there yet. */
  public static RunReader fromStart(Channel channel, String runId) {
    return open(channel, request(runId, 0));
  }

  /** Reads on, with the checker that has seen what came before. */
  public static RunReader resume(Channel channel, String runId, StreamChecker checker) {
    checker.resume(checker.lastSeq());
    return open(channel, request(runId, checker.lastSeq()), checker);
  }

  /** Reads what is asked for, held to what it asks for. */
  public static RunReader open(Channel channel, SubscribeRequest request) {
    return open(
        channel,
        request,
        request.getIncludeInherited()
            ? StreamChecker.timeline(request.getRunId(), request.hasFilter())
            : StreamChecker.of(request.getRunId(), request.getAfterSeq(), request.hasFilter()));
  }

  /** Reads on, with a checker that may have seen what came before. */
  public static RunReader open(Channel channel, SubscribeRequest request, StreamChecker checker) {
    return open(channel, request, checker, envelope -> {});
  }

  /** Also shows each envelope to the test, after the checker. */
  public static RunReader open(
      Channel channel,
      SubscribeRequest request,
      StreamChecker checker,
      Consumer<RawEnvelope> alsoTo) {
    return new RunReader(channel, checker, alsoTo, true).started(request);
  }

  /** Subscribes and takes nothing from the network until {@link #readOn}. */
  public static RunReader stalled(Channel channel, String runId) {
    return new RunReader(channel, StreamChecker.after(runId, 0), envelope -> {}, false)
        .started(request(runId, 0));
  }

  /** Reads a run with all that it inherits, from the start. */
  public static RunReader timeline(Channel channel, String runId) {
    return open(channel, timelineRequest(runId));
  }

  /** Reads a timeline on, with the checker that has seen what came before. */
  public static RunReader resumeTimeline(Channel channel, StreamChecker checker) {
    SubscribeRequest request =
        timelineRequest(checker.runId()).toBuilder()
            .setAfterRunId(checker.currentRunId())
            .setAfterSeq(checker.currentSeq())
            .build();
    return open(channel, request, checker);
  }

  /** Asks for a run with all that it inherits, with notices. */
  public static SubscribeRequest timelineRequest(String runId) {
    return request(runId, 0).toBuilder().setIncludeInherited(true).build();
  }

  /** Asks for everything after a seq, with notices. */
  public static SubscribeRequest request(String runId, long afterSeq) {
    return SubscribeRequest.newBuilder()
        .setRunId(runId)
        .setAfterSeq(afterSeq)
        .setWaitForRun(true)
        .setNotices(true)
        .build();
  }

  private RunReader started(SubscribeRequest request) {
    start(request);
    return this;
  }

  /** Waits until an event has come. */
  public void awaitSeq(long seq, Duration atMost) {
    await("seq " + seq + ", after " + lastSeq, atMost, () -> lastSeq >= seq);
  }

  /** Waits for the end that a closed run's stream has, digest included; returns the checker. */
  public StreamChecker awaitRunClosed(Duration atMost) {
    Status status = awaitEnd(atMost);
    if (!status.isOk()) {
      throw new AssertionError("the stream ended with " + status);
    }
    SubscribeResponse last = notices.get(notices.size() - 1);
    if (last.getResponseCase() != SubscribeResponse.ResponseCase.RUN_CLOSED) {
      throw new AssertionError("the last notice was " + last);
    }
    if (checker.isWholeRun()) {
      checker.shouldHaveDigest(last.getRunClosed().getDigest());
    }
    return checker;
  }

  /** The run that is read. */
  public String runId() {
    return checker.runId();
  }

  /** The checker; to be read when the stream has ended. */
  public StreamChecker checker() {
    return checker;
  }

  public List<SubscribeResponse> notices() {
    return notices;
  }

  public long lastSeq() {
    return lastSeq;
  }

  public int largestBatch() {
    return largestBatch;
  }

  @Override
  protected void take(RawResponse<SubscribeResponse> response) {
    noticeChecker.accept(response);
    for (RawEnvelope envelope : response.envelopes()) {
      checker.accept(envelope);
      alsoTo.accept(envelope);
      lastSeq = envelope.seq();
    }
    if (response.envelopes().isEmpty()) {
      notices.add(response.message());
    }
    largestBatch = Math.max(largestBatch, response.envelopes().size());
  }

  @Override
  public String toString() {
    return "run " + runId() + " at seq " + lastSeq;
  }
}
