package dev.eider.client;

import dev.eider.v1.BrokerServiceGrpc;
import dev.eider.v1.PublishStreamRequest;
import dev.eider.v1.PublishStreamResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one PublishStream that all publishers of a client share.
 *
 * <p>Problem: thousands of publishers, few of which have something to send, and a connection that
 * may be lost while requests are unanswered. States: no stream (nothing to send) · stream · waiting
 * (the stream was lost, the next one opens after a backoff). Lanes with something to send are
 * queued and served round-robin, one batch at a time while the transport is ready, so that a busy
 * run does not starve the others. When the stream is lost, every lane rewinds and sends again on
 * the next one. A lane whose request was refused temporarily backs off alone.
 *
 * <p>A sweep, twice a second while there are lanes, breaks lanes that have retried for too long and
 * cancels a stream on which an answer is overdue. Rejected: a stream per publisher (10,000 streams,
 * none of which batches writes) and relying on keep-alive pings alone (a daemon may answer pings
 * but no publishes).
 *
 * <p>Owned by the worker thread, except {@link #register}, {@link #wake} and {@link #unregister},
 * which any thread may call.
 */
final class PublishLink {
  private static final Logger LOG = LoggerFactory.getLogger(PublishLink.class);
  private static final long SWEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final int READY_BYTES = 256 << 10;

  private final ManagedChannel channel;
  private final ClientWorker worker;
  private final long answerDeadlineNanos;
  private final RetryState retry;
  private final LongSupplier nanoTime;
  private final Map<Long, LaneState> lanes = new HashMap<>();
  private final Queue<LaneState> queue = new ArrayDeque<>();
  private @Nullable PublishCall stream;
  private boolean waiting;
  private boolean sweeping;
  private boolean closed;

  PublishLink(
      ManagedChannel channel,
      ClientWorker worker,
      long answerDeadlineNanos,
      Backoff backoff,
      LongSupplier nanoTime) {
    this.channel = channel;
    this.worker = worker;
    this.answerDeadlineNanos = answerDeadlineNanos;
    this.retry = new RetryState(backoff, Long.MAX_VALUE);
    this.nanoTime = nanoTime;
  }

  /** Adds a lane. Any thread. */
  void register(PublishLane lane) {
    worker.execute(() -> add(lane));
  }

  /** Queues a lane that has something to send. Any thread. */
  void wake(PublishLane lane) {
    worker.execute(() -> withLane(lane.id(), this::enqueue));
  }

  /** Removes a lane. Any thread. */
  void unregister(PublishLane lane) {
    worker.execute(() -> remove(lane));
  }

  /** Breaks every lane and cancels the stream. */
  void close() {
    closed = true;
    EiderException cause = clientClosed();
    for (LaneState state : List.copyOf(lanes.values())) {
      state.lane.fail(cause);
    }
    lanes.clear();
    queue.clear();
    if (stream != null) {
      stream.cancel("the client was closed");
      stream = null;
    }
  }

  static EiderException clientClosed() {
    return EiderException.local(Status.Code.CANCELLED, "the client was closed");
  }

  // --- callbacks of the stream

  void ready(PublishCall call) {
    if (call == stream) {
      pump();
    }
  }

  void answered(PublishCall call, PublishStreamResponse response) {
    PublishRequestId requestId = PublishRequestId.parse(response.getRequestId());
    if (call != stream || requestId == null) {
      return;
    }
    retry.succeeded();
    withLane(
        requestId.lane(),
        state -> {
          long backoffNanos = state.lane.answered(requestId, response);
          if (backoffNanos == PublishLane.NO_BACKOFF) {
            enqueue(state);
          } else {
            backOff(state, backoffNanos);
          }
        });
  }

  void ended(PublishCall call, EiderException cause) {
    if (call != stream) {
      return;
    }
    stream = null;
    long askedNanos = cause.retryDelay().map(Duration::toNanos).orElse(0L);
    long delayNanos = retry.failed(nanoTime.getAsLong(), askedNanos);
    LOG.debug("the publish stream ended, next in {} ns: {}", delayNanos, cause.getMessage());
    waiting = true;
    worker.schedule(this::reopen, delayNanos);
    for (LaneState state : List.copyOf(lanes.values())) {
      state.lane.lost(cause);
      enqueue(state);
    }
  }

  // --- lanes and their queue

  private void add(PublishLane lane) {
    if (closed) {
      lane.fail(clientClosed());
      return;
    }
    lanes.put(lane.id(), new LaneState(lane));
    if (!sweeping) {
      sweeping = true;
      worker.schedule(this::sweep, SWEEP_NANOS);
    }
  }

  private void remove(PublishLane lane) {
    lanes.remove(lane.id());
    if (lanes.isEmpty() && stream != null) {
      stream.finish();
      stream = null;
    }
  }

  private void enqueue(LaneState state) {
    if (!state.queued && !state.backingOff && state.lane.hasSendable()) {
      state.queued = true;
      queue.add(state);
    }
    pump();
  }

  private void backOff(LaneState state, long nanos) {
    LOG.debug("run {} backs off for {} ns", state.lane.runId(), nanos);
    state.backingOff = true;
    worker.schedule(
        () -> {
          state.backingOff = false;
          withLane(state.lane.id(), this::enqueue);
        },
        nanos);
  }

  private void reopen() {
    waiting = false;
    pump();
  }

  /** Sends queued batches while the transport is ready. */
  private void pump() {
    while (!queue.isEmpty() && !waiting && !closed) {
      PublishCall open = stream == null ? open() : stream;
      if (!open.isReady()) {
        return;
      }
      LaneState state = queue.remove();
      PublishStreamRequest request = state.backingOff ? null : state.lane.next();
      if (request == null) {
        state.queued = false;
      } else {
        open.send(request);
        queue.add(state);
      }
    }
  }

  private PublishCall open() {
    // The channel's own backoff, of up to two minutes, must not delay ours.
    channel.resetConnectBackoff();
    PublishCall call = new PublishCall(this);
    stream = call;
    BrokerServiceGrpc.newStub(channel).withOnReadyThreshold(READY_BYTES).publishStream(call);
    return call;
  }

  private void sweep() {
    if (closed || lanes.isEmpty()) {
      sweeping = false;
      return;
    }
    boolean overdue = false;
    for (LaneState state : new ArrayList<>(lanes.values())) {
      state.lane.failIfTimedOut();
      overdue |= !state.backingOff && state.lane.isOverdue(answerDeadlineNanos);
    }
    if (overdue && stream != null) {
      PublishCall dropped = stream;
      dropped.cancel("an answer is overdue");
      ended(dropped, EiderException.local(Status.Code.DEADLINE_EXCEEDED, "an answer is overdue"));
    }
    worker.schedule(this::sweep, SWEEP_NANOS);
  }

  private void withLane(long laneId, Consumer<LaneState> action) {
    LaneState state = lanes.get(laneId);
    if (state != null) {
      action.accept(state);
    }
  }

  /** A lane and its scheduling state. */
  private static final class LaneState {
    final PublishLane lane;
    boolean queued;
    boolean backingOff;

    LaneState(PublishLane lane) {
      this.lane = lane;
    }
  }

  /** One PublishStream call, which passes its callbacks to the link. Owned by the worker thread. */
  private static final class PublishCall
      implements ClientResponseObserver<PublishStreamRequest, PublishStreamResponse> {
    private final PublishLink link;
    // Set by the stub before any other callback.
    private @Nullable ClientCallStreamObserver<PublishStreamRequest> requests;

    PublishCall(PublishLink link) {
      this.link = link;
    }

    /** Returns whether the transport accepts more without queueing. */
    boolean isReady() {
      return requests().isReady();
    }

    void send(PublishStreamRequest request) {
      requests().onNext(request);
    }

    /** Ends the stream after the requests sent so far. */
    void finish() {
      requests().onCompleted();
    }

    /** Cancels the stream, with all unanswered requests. */
    void cancel(String why) {
      requests().cancel(why, null);
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<PublishStreamRequest> stream) {
      requests = stream;
      stream.setOnReadyHandler(() -> link.ready(this));
    }

    @Override
    public void onNext(PublishStreamResponse response) {
      link.answered(this, response);
    }

    @Override
    public void onError(Throwable thrown) {
      link.ended(this, EiderException.of(thrown));
    }

    @Override
    public void onCompleted() {
      link.ended(
          this, EiderException.local(Status.Code.UNAVAILABLE, "the daemon ended the stream"));
    }

    private ClientCallStreamObserver<PublishStreamRequest> requests() {
      return Objects.requireNonNull(requests, "the stream has not begun");
    }
  }
}
