package dev.eider.it;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import dev.eider.v1.BrokerServiceGrpc;
import dev.eider.v1.SubscribeRequest;
import dev.eider.v1.SubscribeResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.awaitility.Awaitility;

/**
 * One Subscribe call whose envelopes go to a {@link StreamChecker} as they come. Responses are fed
 * on the connection's threads, one at a time; the other methods are for the test thread.
 */
public final class RunReader implements AutoCloseable {
  private static final MethodDescriptor<SubscribeRequest, RawResponse<SubscribeResponse>> METHOD =
      RawResponse.keepingBytes(BrokerServiceGrpc.getSubscribeMethod(), SubscribeResponse.parser());

  private final StreamChecker checker;
  private final Consumer<RawEnvelope> alsoTo;
  private final Consumer<SubscribeResponse> noticesAlsoTo;
  private final NoticeChecker noticeChecker;
  private final List<SubscribeResponse> notices = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Status> ended = new CompletableFuture<>();
  private final ClientCall<SubscribeRequest, RawResponse<SubscribeResponse>> call;
  private volatile Metadata trailers = new Metadata();
  private volatile long lastSeq;
  private volatile int largestBatch;
  private volatile boolean reading;

  private RunReader(
      Channel channel,
      StreamChecker checker,
      Consumer<RawEnvelope> alsoTo,
      Consumer<SubscribeResponse> noticesAlsoTo,
      boolean reading) {
    this.checker = checker;
    this.alsoTo = alsoTo;
    this.noticesAlsoTo = noticesAlsoTo;
    this.noticeChecker = new NoticeChecker(checker);
    this.lastSeq = checker.lastSeq();
    this.reading = reading;
    this.call = channel.newCall(METHOD, CallOptions.DEFAULT);
  }

  /** Reads every event of a run from its start, also when it is not there yet. */
  public static RunReader fromStart(Channel channel, String runId) {
    return open(channel, request(runId, 0), StreamChecker.after(runId, 0));
  }

  /** Reads on, with the checker that has seen what came before. */
  public static RunReader resume(Channel channel, String runId, StreamChecker checker) {
    checker.resume(checker.lastSeq());
    return open(channel, request(runId, checker.lastSeq()), checker);
  }

  public static RunReader open(Channel channel, SubscribeRequest request, StreamChecker checker) {
    return open(channel, request, checker, envelope -> {});
  }

  /** Also shows each envelope to the test, after the checker. */
  public static RunReader open(
      Channel channel,
      SubscribeRequest request,
      StreamChecker checker,
      Consumer<RawEnvelope> alsoTo) {
    return open(channel, request, checker, alsoTo, notice -> {});
  }

  /** Also shows each notice to the test, in its place among the envelopes. */
  public static RunReader open(
      Channel channel,
      SubscribeRequest request,
      StreamChecker checker,
      Consumer<RawEnvelope> alsoTo,
      Consumer<SubscribeResponse> noticesAlsoTo) {
    return new RunReader(channel, checker, alsoTo, noticesAlsoTo, true).started(request);
  }

  /** Subscribes and takes nothing from the network until {@link #readOn}. */
  public static RunReader stalled(Channel channel, String runId) {
    return new RunReader(
            channel, StreamChecker.after(runId, 0), envelope -> {}, notice -> {}, false)
        .started(request(runId, 0));
  }

  /** Reads a run with all that it inherits, from the start. */
  public static RunReader timeline(Channel channel, String runId) {
    return open(channel, timelineRequest(runId), StreamChecker.timeline(runId, false));
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
    call.start(new Listener(), new Metadata());
    call.sendMessage(request);
    call.halfClose();
    if (reading) {
      call.request(1);
    }
    return this;
  }

  /** Ends a stall. */
  public void readOn() {
    reading = true;
    call.request(1);
  }

  /** Waits until an event has come. */
  public void awaitSeq(long seq, Duration atMost) {
    Awaitility.await("seq " + seq)
        .atMost(atMost)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> lastSeq >= seq || ended.isDone());
    if (lastSeq < seq) {
      throw new AssertionError("the stream ended after " + lastSeq + " with " + awaitEnd(atMost));
    }
  }

  /** Waits for the end, and throws what the checkers found broken. */
  public Status awaitEnd(Duration atMost) {
    try {
      return ended.get(atMost.toMillis(), MILLISECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause().getMessage(), e.getCause());
    } catch (TimeoutException e) {
      throw new AssertionError("the stream still ran after " + atMost + ", at seq " + lastSeq, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
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

  /** The error that the stream ended with. */
  public Refusal awaitRefusal(Duration atMost) {
    return Refusal.of(new StatusRuntimeException(awaitEnd(atMost), trailers));
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

  public boolean hasEnded() {
    return ended.isDone();
  }

  /** Leaves the stream, and waits until no more is fed. */
  @Override
  public void close() {
    call.cancel("the reader leaves", null);
    try {
      ended.handle((status, error) -> true).get(10, SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError("a cancelled call did not end", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Listener extends ClientCall.Listener<RawResponse<SubscribeResponse>> {
    @Override
    public void onMessage(RawResponse<SubscribeResponse> response) {
      try {
        take(response);
        if (reading) {
          call.request(1);
        }
      } catch (AssertionError | RuntimeException broken) {
        ended.completeExceptionally(broken);
        call.cancel("the stream broke its promise", broken);
      }
    }

    private void take(RawResponse<SubscribeResponse> response) {
      noticeChecker.accept(response);
      for (RawEnvelope envelope : response.envelopes()) {
        checker.accept(envelope);
        alsoTo.accept(envelope);
        lastSeq = envelope.seq();
      }
      if (response.envelopes().isEmpty()) {
        notices.add(response.message());
        noticesAlsoTo.accept(response.message());
      }
      largestBatch = Math.max(largestBatch, response.envelopes().size());
    }

    @Override
    public void onClose(Status status, Metadata statusTrailers) {
      trailers = statusTrailers;
      ended.complete(status);
    }
  }
}
