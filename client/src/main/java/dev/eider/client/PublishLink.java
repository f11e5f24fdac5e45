package dev.eider.client;

import dev.eider.v1.BrokerServiceGrpc;
import dev.eider.v1.PublishStreamRequest;
import dev.eider.v1.PublishStreamResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
 * may go away with requests unanswered. States: no stream (nothing to send) · stream · waiting (the
 * stream was lost, the next one opens after a backoff). Lanes with something to send stand in a
 * queue; each turn sends one batch of one lane while the transport is ready, so that a busy run
 * does not starve the others. When the stream is lost, every lane rewinds and sends again on the
 * next one. A lane whose request was refused for the moment rests alone.
 *
 * <p>A sweep, twice a second while there are lanes, gives up lanes that have retried for too long
 * and drops a stream on which an answer is overdue. Rejected: a stream per publisher (10,000
 * streams, none of which batches writes) and relying on keep-alive pings alone (a daemon may answer
 * those and no publish).
 *
 * <p>Owned by the worker thread, but for {@link #register}, {@link #wake} and {@link #unregister},
 * which hand over to it.
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
  private final Map<Long, Place> places = new HashMap<>();
  private final Queue<Place> queue = new ArrayDeque<>();
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

  /** Lets a lane send. Any thread. */
  void register(PublishLane lane) {
    worker.execute(() -> add(lane));
  }

  /** Says that a lane has something to send. Any thread. */
  void wake(PublishLane lane) {
    worker.execute(() -> withPlace(lane.id(), this::enqueue));
  }

  /** Forgets a lane. Any thread. */
  void unregister(PublishLane lane) {
    worker.execute(() -> remove(lane));
  }

  /** Fails every lane and drops the stream. */
  void close() {
    closed = true;
    EiderException cause = clientClosed();
    for (Place place : List.copyOf(places.values())) {
      place.lane.fail(cause);
    }
    places.clear();
    queue.clear();
    if (stream != null) {
      stream.cancel("the client was closed");
      stream = null;
    }
  }

  static EiderException clientClosed() {
    return EiderException.local(Status.Code.CANCELLED, "the client was closed");
  }

  // --- what the stream tells

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
    withPlace(
        requestId.lane(),
        place -> {
          long restNanos = place.lane.answered(requestId, response);
          if (restNanos == PublishLane.NO_REST) {
            enqueue(place);
          } else {
            rest(place, restNanos);
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
    for (Place place : List.copyOf(places.values())) {
      place.lane.lost(cause);
      enqueue(place);
    }
  }

  // --- turns

  private void add(PublishLane lane) {
    if (closed) {
      lane.fail(clientClosed());
      return;
    }
    places.put(lane.id(), new Place(lane));
    if (!sweeping) {
      sweeping = true;
      worker.schedule(this::sweep, SWEEP_NANOS);
    }
  }

  private void remove(PublishLane lane) {
    places.remove(lane.id());
    if (places.isEmpty() && stream != null) {
      stream.finish();
      stream = null;
    }
  }

  private void enqueue(Place place) {
    if (!place.queued && !place.resting && place.lane.hasSendable()) {
      place.queued = true;
      queue.add(place);
    }
    pump();
  }

  private void rest(Place place, long nanos) {
    LOG.debug("run {} rests for {} ns", place.lane.runId(), nanos);
    place.resting = true;
    worker.schedule(
        () -> {
          place.resting = false;
          withPlace(place.lane.id(), this::enqueue);
        },
        nanos);
  }

  private void reopen() {
    waiting = false;
    pump();
  }

  /** Sends what there is while the transport takes it. */
  private void pump() {
    while (!queue.isEmpty() && !waiting && !closed) {
      PublishCall open = stream == null ? open() : stream;
      if (!open.isReady()) {
        return;
      }
      Place place = queue.remove();
      PublishStreamRequest request = place.resting ? null : place.lane.next();
      if (request == null) {
        place.queued = false;
      } else {
        open.send(request);
        queue.add(place);
      }
    }
  }

  private PublishCall open() {
    // The channel has a backoff of its own, of up to two minutes; ours decides.
    channel.resetConnectBackoff();
    PublishCall call = new PublishCall(this);
    stream = call;
    BrokerServiceGrpc.newStub(channel).withOnReadyThreshold(READY_BYTES).publishStream(call);
    return call;
  }

  private void sweep() {
    if (closed || places.isEmpty()) {
      sweeping = false;
      return;
    }
    boolean overdue = false;
    for (Place place : new ArrayList<>(places.values())) {
      place.lane.giveUpWhenOver();
      overdue |= !place.resting && place.lane.isStuck(answerDeadlineNanos);
    }
    if (overdue && stream != null) {
      PublishCall given = stream;
      given.cancel("an answer is overdue");
      ended(given, EiderException.local(Status.Code.DEADLINE_EXCEEDED, "an answer is overdue"));
    }
    worker.schedule(this::sweep, SWEEP_NANOS);
  }

  private void withPlace(long laneId, Consumer<Place> action) {
    Place place = places.get(laneId);
    if (place != null) {
      action.accept(place);
    }
  }

  /** A lane and where it stands. */
  private static final class Place {
    final PublishLane lane;
    boolean queued;
    boolean resting;

    Place(PublishLane lane) {
      this.lane = lane;
    }
  }
}
