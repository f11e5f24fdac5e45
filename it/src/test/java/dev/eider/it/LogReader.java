package dev.eider.it;

import com.google.protobuf.ByteString;
import dev.eider.v1.BrokerServiceGrpc;
import dev.eider.v1.SubscribeAllRequest;
import dev.eider.v1.SubscribeAllResponse;
import dev.eider.v1.SubscribeAllResponse.ResponseCase;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * One SubscribeAll call whose envelopes go to a {@link LogChecker} as they come. Responses are fed
 * on the connection's threads, one at a time; the other methods are for the test thread.
 */
public final class LogReader
    extends StreamCall<SubscribeAllRequest, RawResponse<SubscribeAllResponse>> {
  private static final MethodDescriptor<SubscribeAllRequest, RawResponse<SubscribeAllResponse>>
      METHOD =
          RawResponse.keepingBytes(
              BrokerServiceGrpc.getSubscribeAllMethod(), SubscribeAllResponse.parser());

  /** A response: how many events had come with it, and its token. */
  public record Mark(ResponseCase kind, int events, int eventsSoFar, ByteString token) {}

  private final LogChecker checker;
  private final List<Mark> marks = new CopyOnWriteArrayList<>();
  private final Set<String> seen = ConcurrentHashMap.newKeySet();
  private volatile int eventCount;

  private LogReader(Channel channel, LogChecker checker, boolean reading) {
    super(channel, METHOD, reading);
    this.checker = checker;
  }

  /** Reads what is asked for, held to what it asks for. */
  public static LogReader open(Channel channel, SubscribeAllRequest request) {
    LogChecker checker = new LogChecker(request.getResumeToken().isEmpty(), request.hasFilter());
    return new LogReader(channel, checker, true).started(request);
  }

  /** Reads every event of all runs from the start. */
  public static LogReader fromStart(Channel channel) {
    return open(channel, request(ByteString.EMPTY));
  }

  /** Reads what comes after a token. */
  public static LogReader after(Channel channel, ByteString token) {
    return open(channel, request(token));
  }

  /** Subscribes and takes nothing from the network until {@link #readOn}. */
  public static LogReader stalled(Channel channel) {
    return new LogReader(channel, new LogChecker(true, false), false)
        .started(request(ByteString.EMPTY));
  }

  /** Asks for everything after a token, with notices. */
  public static SubscribeAllRequest request(ByteString token) {
    return SubscribeAllRequest.newBuilder().setResumeToken(token).setNotices(true).build();
  }

  private LogReader started(SubscribeAllRequest request) {
    start(request);
    return this;
  }

  /** Waits until so many events have come. */
  public void awaitEvents(int count, Duration atMost) {
    await(count + " events", atMost, () -> eventCount >= count);
  }

  /** Waits for a notice; returns the first of its kind. */
  public Mark await(ResponseCase kind, Duration atMost) {
    return await(kind, 0, atMost);
  }

  /** Waits for a notice after so many responses; returns the first of its kind. */
  public Mark await(ResponseCase kind, int afterResponses, Duration atMost) {
    await(kind.name(), atMost, () -> find(kind, afterResponses) != null);
    return find(kind, afterResponses);
  }

  private Mark find(ResponseCase kind, int afterResponses) {
    return marks.stream()
        .skip(afterResponses)
        .filter(mark -> mark.kind() == kind)
        .findFirst()
        .orElse(null);
  }

  /** Says whether an event has come, named by run and seq. */
  public boolean hasSeen(String place) {
    return seen.contains(place);
  }

  /** Every response so far. */
  public List<Mark> marks() {
    return marks;
  }

  public int eventCount() {
    return eventCount;
  }

  /** Leaves the stream, waits until no more is fed, and returns what has come. */
  public LogChecker leave() {
    close();
    return checker;
  }

  @Override
  protected void take(RawResponse<SubscribeAllResponse> response) {
    SubscribeAllResponse message = response.message();
    boolean hasEvents = message.getResponseCase() == ResponseCase.EVENTS;
    if (message.getResumeToken().isEmpty() || (hasEvents && response.envelopes().isEmpty())) {
      throw new AssertionError("Grammar: " + message);
    }
    List<RawEnvelope> envelopes = hasEvents ? response.envelopes() : List.of();
    envelopes.forEach(checker::accept);
    envelopes.forEach(envelope -> seen.add(envelope.runId() + " " + envelope.seq()));
    marks.add(
        new Mark(
            message.getResponseCase(),
            envelopes.size(),
            eventCount + envelopes.size(),
            message.getResumeToken()));
    eventCount += envelopes.size();
  }
}
