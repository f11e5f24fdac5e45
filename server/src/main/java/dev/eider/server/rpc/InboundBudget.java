package dev.eider.server.rpc;

import dev.eider.server.base.BrokerException;
import dev.eider.v1.ErrorReason;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * How much of requests the daemon holds at a time, over all connections: from the first byte that
 * arrives, long before the request is whole and a handler sees it, until a unary call is answered
 * or a request of a stream is handed on.
 *
 * <p>A call whose bytes would exceed the bound is refused, alone. What a small request holds is
 * counted and never refused, so that runs can be closed and read while uploads take all the room;
 * and one call alone always fits. An upload that has made no progress for a while is ended when
 * another is refused, so that callers that do not go on sending cannot keep the room. A stream can
 * be made to wait, so it gets the last quarter, which unary calls must leave, and takes no further
 * request when that begins to fill. Thread-safe.
 */
final class InboundBudget {
  /** A request up to this size is never refused for want of room. */
  static final int SMALL_BYTES = 1 << 10;

  /** How much room a stream that waits is taken to need. */
  private static final long REQUEST_BYTES_EXPECTED = 1 << 20;

  private static final long STALLED_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final long bytesMax;
  private final int callsMax;
  private final LongSupplier nanoTime;
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicInteger calls = new AtomicInteger();
  private final Set<Upload> uploads = ConcurrentHashMap.newKeySet();
  private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();

  /** Bounds bytes of requests and calls at a time. */
  InboundBudget(long bytesMax, int callsMax, LongSupplier nanoTime) {
    this.bytesMax = bytesMax;
    this.callsMax = callsMax;
    this.nanoTime = nanoTime;
  }

  /** Returns how many bytes are held. */
  long bytes() {
    return bytes.get();
  }

  /** Returns how many calls are open. */
  int calls() {
    return calls.get();
  }

  long nanoTime() {
    return nanoTime.getAsLong();
  }

  void opened() {
    calls.incrementAndGet();
  }

  void closed(Upload call) {
    calls.decrementAndGet();
    uploads.remove(call);
  }

  /** Returns whether there are more calls than may be. */
  boolean hasTooManyCalls() {
    return calls.get() > callsMax;
  }

  /**
   * Counts bytes that have arrived.
   *
   * @param held what the call holds with them
   * @param isStream whether it may use the streams' part
   * @return whether they are within the bound; they count in either case
   */
  boolean take(Upload call, long arrived, long held, boolean isStream) {
    long all = bytes.addAndGet(arrived);
    if (held <= SMALL_BYTES) {
      return true;
    }
    uploads.add(call);
    return all <= (isStream ? bytesMax : unaryBytesMax()) || all <= held;
  }

  /** Counts bytes that are no longer held. */
  void give(Upload call, long released) {
    uploads.remove(call);
    bytes.addAndGet(-released);
    wakeSome();
  }

  /** Returns whether a stream should take another request. */
  boolean hasRoom() {
    return bytes.get() < unaryBytesMax();
  }

  /** Has {@code waiter} called once, by any thread, when there is room; false if there is. */
  boolean awaitRoom(Runnable waiter) {
    waiting.add(waiter);
    return !hasRoom() || !waiting.remove(waiter);
  }

  /** Undoes {@link #awaitRoom}. */
  void removeAwaitRoom(Runnable waiter) {
    waiting.remove(waiter);
  }

  /** Ends the uploads that have not gone on for a while. */
  void refuseStalled() {
    long now = nanoTime();
    for (Upload upload : uploads) {
      if (now - upload.progressedAtNanos() > STALLED_NANOS) {
        upload.refuse(exceeded());
      }
    }
  }

  BrokerException exceeded() {
    return BrokerException.of(
            ErrorReason.ERROR_REASON_OVERLOADED,
            "requests under way take as much memory as they may: " + bytesMax + " bytes")
        .with("limit_bytes", bytesMax);
  }

  BrokerException tooManyCalls() {
    return BrokerException.overloaded(
        "the daemon has its limit of " + callsMax + " open calls", callsMax);
  }

  private long unaryBytesMax() {
    return bytesMax - bytesMax / 4;
  }

  /** Wakes, oldest first, as many as there is room for if each takes what is expected. */
  private void wakeSome() {
    if (waiting.isEmpty()) {
      return;
    }
    long room = unaryBytesMax() - bytes.get();
    Runnable next = room > 0 ? waiting.poll() : null;
    while (next != null) {
      next.run();
      room -= REQUEST_BYTES_EXPECTED;
      next = room > 0 ? waiting.poll() : null;
    }
  }

  /** A call whose request is arriving. Thread-safe. */
  interface Upload {
    /** Returns when bytes of it arrived last. */
    long progressedAtNanos();

    /** Ends it with a refusal. */
    void refuse(BrokerException refusal);
  }
}
