package dev.eider.server.rpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.eider.server.api.ErrorCatalogue;
import dev.eider.server.api.PublishRequests;
import dev.eider.server.api.RequestValidator;
import dev.eider.server.base.BrokerException;
import dev.eider.server.sequencer.Applied;
import dev.eider.server.sequencer.Command;
import dev.eider.server.sequencer.RunWriter;
import dev.eider.v1.PublishStreamRequest;
import dev.eider.v1.PublishStreamResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One PublishStream: requests in, answers out in the same order.
 *
 * <p>It asks the transport for the next request only while few enough are under way and the caller
 * reads its answers, so what it holds is bounded. Requests arrive on a network thread, outcomes
 * mostly on the sequencer thread; the lock covers the list of answers owed, and sending one, which
 * only queues it in the transport. Thread-safe.
 */
final class PublishStreamCall implements StreamObserver<Incoming<PublishStreamRequest>> {
  private static final int REQUESTS_MAX = 256;
  private static final long BYTES_MAX = 8L << 20;
  private static final int REQUEST_ID_CHARS_MAX = 128;

  private final RunWriter writer;
  private final PublishRequests requests;
  private final ServerCallStreamObserver<PublishStreamResponse> responses;
  private final Set<PublishStreamCall> open;
  private final InboundCall inbound;
  private final Runnable waker = this::roomAgain;
  private final Object lock = new Object();

  @GuardedBy("lock")
  private final Deque<Answer> owed = new ArrayDeque<>();

  @GuardedBy("lock")
  private long bytesUnderWay;

  @GuardedBy("lock")
  private boolean isRequestPending;

  @GuardedBy("lock")
  private boolean isAwaitingRoom;

  @GuardedBy("lock")
  private boolean isHalfClosed;

  @GuardedBy("lock")
  private boolean isOver;

  @GuardedBy("lock")
  private @Nullable BrokerException ending;

  /** Begins with what the call holds of the inbound budget, in the set of {@code open} calls. */
  PublishStreamCall(
      RunWriter writer,
      PublishRequests requests,
      ServerCallStreamObserver<PublishStreamResponse> responses,
      InboundCall inbound,
      Set<PublishStreamCall> open) {
    this.writer = writer;
    this.requests = requests;
    this.responses = responses;
    this.inbound = inbound;
    this.open = open;
  }

  /** Begins; to be called on the network thread that brings the call. */
  void start() {
    open.add(this);
    responses.disableAutoRequest();
    responses.setOnReadyHandler(this::proceed);
    responses.setOnCancelHandler(this::abandon);
    inbound.onStreamRefusal(this::cutOff);
    proceed();
  }

  /** Ends the stream with a refusal once the requests under way are answered. */
  void end(BrokerException refusal) {
    synchronized (lock) {
      if (ending == null) {
        ending = refusal;
      }
    }
    proceed();
  }

  /** Ends the stream: what is no request has no request_id to answer to. */
  @Override
  public void onNext(Incoming<PublishStreamRequest> request) {
    PublishStreamRequest message;
    try {
      message = request.orRefuse();
    } catch (BrokerException refusal) {
      end(refusal);
      return;
    }
    take(message);
  }

  private void take(PublishStreamRequest request) {
    Answer answer = new Answer(request.getRequestId(), request.getSerializedSize());
    synchronized (lock) {
      isRequestPending = false;
      if (isOver) {
        // Nobody could be told what became of it.
        return;
      }
      owed.add(answer);
      bytesUnderWay += answer.bytes;
    }
    CompletableFuture<Applied> unused =
        execute(request)
            .whenComplete(
                (applied, failure) -> {
                  answer.response = response(answer.requestId, applied, failure);
                  proceed();
                });
    proceed();
  }

  @Override
  public void onError(Throwable failure) {
    abandon();
  }

  @Override
  public void onCompleted() {
    synchronized (lock) {
      isHalfClosed = true;
    }
    proceed();
  }

  private CompletableFuture<Applied> execute(PublishStreamRequest request) {
    try {
      if (request.getRequestId().length() > REQUEST_ID_CHARS_MAX) {
        throw RequestValidator.invalid(
            "request_id", "must be at most " + REQUEST_ID_CHARS_MAX + " characters");
      }
      Command.Publish command = requests.toCommand(request.getPublish());
      return writer.execute(command);
    } catch (RuntimeException refusal) {
      return CompletableFuture.failedFuture(refusal);
    }
  }

  private static PublishStreamResponse response(
      String requestId, @Nullable Applied applied, @Nullable Throwable failure) {
    PublishStreamResponse.Builder response =
        PublishStreamResponse.newBuilder().setRequestId(requestId);
    if (applied == null) {
      Throwable cause = failure == null ? new IllegalStateException("no outcome") : failure;
      return response.setError(ErrorCatalogue.toStatus(cause)).build();
    }
    return response.setPublished(PublishRequests.toResponse(applied)).build();
  }

  /** Sends the answers that are due and asks for the next request when there is room. */
  private void proceed() {
    synchronized (lock) {
      if (isOver) {
        return;
      }
      for (Answer next = owed.peek(); next != null && next.response != null; next = owed.peek()) {
        owed.remove();
        bytesUnderWay -= next.bytes;
        responses.onNext(next.response);
      }
      if (owed.isEmpty() && (isHalfClosed || ending != null)) {
        finish();
      } else if (hasRoom()) {
        requestNext();
      }
    }
  }

  /** Asks for the next request, once there is room for what all calls send. */
  @GuardedBy("lock")
  private void requestNext() {
    InboundBudget budget = inbound.budget();
    if (isAwaitingRoom) {
      return;
    }
    isAwaitingRoom = !budget.hasRoom() && budget.awaitRoom(waker);
    if (!isAwaitingRoom) {
      isRequestPending = true;
      responses.request(1);
    }
  }

  private void roomAgain() {
    synchronized (lock) {
      isAwaitingRoom = false;
    }
    proceed();
  }

  @GuardedBy("lock")
  private boolean hasRoom() {
    return !isRequestPending
        && !isHalfClosed
        && ending == null
        && owed.size() < REQUESTS_MAX
        && bytesUnderWay < BYTES_MAX
        && responses.isReady();
  }

  @GuardedBy("lock")
  private void finish() {
    isOver = true;
    release();
    if (ending == null) {
      responses.onCompleted();
    } else {
      responses.onError(StatusMapper.toException(ending));
    }
  }

  /** Ends the stream at once, for want of room; the outcome of what is under way stays open. */
  private void cutOff(BrokerException refusal) {
    synchronized (lock) {
      if (isOver) {
        return;
      }
      isOver = true;
      owed.clear();
      responses.onError(StatusMapper.toException(refusal));
    }
    release();
  }

  private void abandon() {
    synchronized (lock) {
      isOver = true;
      owed.clear();
    }
    release();
  }

  private void release() {
    open.remove(this);
    inbound.budget().removeAwaitRoom(waker);
  }

  /** An answer owed; the response is there once the request is decided. */
  private static final class Answer {
    private final String requestId;
    private final int bytes;

    // Written by the thread that completes the request, before it takes the lock under which it is
    // read.
    private volatile @Nullable PublishStreamResponse response;

    Answer(String requestId, int bytes) {
      this.requestId = requestId;
      this.bytes = bytes;
    }
  }
}
