package dev.eider.it;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import com.google.protobuf.ByteString;
import dev.eider.v1.BrokerServiceGrpc;
import dev.eider.v1.SubscribeAllRequest;
import dev.eider.v1.SubscribeAllResponse;
import dev.eider.v1.SubscribeAllResponse.ResponseCase;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;

/**
 * One SubscribeAll call whose envelopes go to a {@link LogChecker} as they come. Responses are fed
 * on the connection's threads, one at a time; the other methods are for the test thread.
 */
public final class LogReader implements AutoCloseable {
  private static final MethodDescriptor<SubscribeAllRequest, RawResponse<SubscribeAllResponse>>
      METHOD =
          RawResponse.keepingBytes(
              BrokerServiceGrpc.getSubscribeAllMethod(), SubscribeAllResponse.parser());

  /** A response: how many events had come with it, and its token. */
  public record Mark(ResponseCase kind, int events, int eventsSoFar, ByteString token) {}

  private final LogChecker checker;
  private final List<Mark> marks = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Status> ended = new CompletableFuture<>();
  private final ClientCall<SubscribeAllRequest, RawResponse<SubscribeAllResponse>> call;
  private volatile Metadata trailers = new Metadata();
  private final Set<String> seen = ConcurrentHashMap.newKeySet();
  private volatile int eventCount;
  private volatile boolean reading;

  private LogReader(Channel channel, LogChecker checker, boolean reading) {
    this.checker = checker;
    this.reading = reading;
    this.call = channel.newCall(METHOD, CallOptions.DEFAULT);
  }

  public static LogReader open(Channel channel, SubscribeAllRequest request, LogChecker checker) {
    return new LogReader(channel, checker, true).started(request);
  }

  /** Reads every event of all runs from the start. */
  public static LogReader fromStart(Channel channel) {
    return open(channel, request(ByteString.EMPTY), LogChecker.fromStart());
  }

  /** Reads what comes after a token. */
  public static LogReader after(Channel channel, ByteString token) {
    return open(channel, request(token), LogChecker.resumed());
  }

  /** Subscribes and takes nothing from the network until {@link #readOn}. */
  public static LogReader stalled(Channel channel) {
    return new LogReader(channel, LogChecker.fromStart(), false).started(request(ByteString.EMPTY));
  }

  /** Asks for everything after a token, with notices. */
  public static SubscribeAllRequest request(ByteString token) {
    return SubscribeAllRequest.newBuilder().setResumeToken(token).setNotices(true).build();
  }

  private LogReader started(SubscribeAllRequest request) {
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

  /** Waits until so many events have come. */
  public void awaitEvents(int count, Duration atMost) {
    Awaitility.await(count + " events")
        .atMost(atMost)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> eventCount >= count || ended.isDone());
    if (eventCount < count) {
      throw new AssertionError("the stream ended after " + eventCount + ": " + awaitEnd(atMost));
    }
  }

  /** Waits for a notice; returns the first of its kind. */
  public Mark await(ResponseCase kind, Duration atMost) {
    return await(kind, 0, atMost);
  }

  /** Waits for a notice after so many responses; returns the first of its kind. */
  public Mark await(ResponseCase kind, int afterResponses, Duration atMost) {
    Awaitility.await(kind.name())
        .atMost(atMost)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> find(kind, afterResponses) != null || ended.isDone());
    Mark found = find(kind, afterResponses);
    if (found == null) {
      throw new AssertionError("the stream ended before " + kind + ": " + awaitEnd(atMost));
    }
    return found;
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

  /** The error that the stream ended with. */
  public Refusal awaitRefusal(Duration atMost) {
    return Refusal.of(new StatusRuntimeException(awaitEnd(atMost), trailers));
  }

  private Status awaitEnd(Duration atMost) {
    try {
      return ended.get(atMost.toMillis(), MILLISECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause().getMessage(), e.getCause());
    } catch (TimeoutException e) {
      throw new AssertionError("the stream still ran after " + atMost, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
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
  public void close() {
    call.cancel("the reader leaves", null);
    try {
      ended.get(10, SECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause().getMessage(), e.getCause());
    } catch (TimeoutException e) {
      throw new AssertionError("a cancelled call did not end", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Listener extends ClientCall.Listener<RawResponse<SubscribeAllResponse>> {
    @Override
    public void onMessage(RawResponse<SubscribeAllResponse> response) {
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

    private void take(RawResponse<SubscribeAllResponse> response) {
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

    @Override
    public void onClose(Status status, Metadata statusTrailers) {
      trailers = statusTrailers;
      ended.complete(status);
    }
  }
}
