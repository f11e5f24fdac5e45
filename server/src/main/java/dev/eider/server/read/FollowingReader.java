package dev.eider.server.read;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Timestamp;
import dev.eider.server.base.BrokerException;
import dev.eider.server.base.Registration;
import dev.eider.server.base.ResponseStream;
import dev.eider.server.event.Micros;
import dev.eider.server.read.history.RunHistory;
import dev.eider.server.run.RunView;
import java.time.InstantSource;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A subscriber's way, which goes on to what is yet to be published. It sends page after page, and
 * between them, if that is wanted, notices of how far it has come.
 *
 * @param <N> the response's message, of which notices are built
 */
abstract class FollowingReader<N extends MessageLite> extends StreamReader {
  private static final int PAGES_PER_STEP = 16;
  private static final long PROGRESS_EVENTS = 1_000;

  private final ResponseStream<EncodedResponse<N>> responses;
  private final InstantSource clock;
  private final boolean hasNotices;

  // Written at the end of the constructor, read by whoever ends the stream.
  private volatile @Nullable Registration heartbeats;

  // Written by the timer and by steps. The first is due at once: a subscriber for whom there is
  // nothing yet is to know that it is connected.
  private volatile boolean heartbeatDue = true;

  /** Roughly how many events were passed over since the last one sent or the last progress. */
  private long unreported;

  private boolean isCaughtUp;
  private boolean hasFallenBehind;
  private boolean isIdle = true;

  FollowingReader(
      Readers readers, ResponseStream<EncodedResponse<N>> responses, boolean hasNotices) {
    super(readers.pools(), readers.registry(), responses);
    this.responses = responses;
    this.clock = readers.clock();
    this.hasNotices = hasNotices;
  }

  /** Begins with the heartbeats; the last thing that a constructor does. */
  final void beatEvery(long heartbeatMs) {
    heartbeats = hasNotices ? pools().timer().every(heartbeatMs, this::beat) : null;
  }

  @Override
  protected final Next step(boolean mayBlock) {
    for (int i = 0; i < PAGES_PER_STEP; i++) {
      if (isOver() || !responses.isReady()) {
        return Next.PARK;
      }
      Next next = sendPage(mayBlock);
      if (next != null) {
        return next;
      }
    }
    return Next.LIVE;
  }

  /** Sends the next page and returns null, or how to go on if there is none. */
  abstract @Nullable Next sendPage(boolean mayBlock);

  abstract N progress();

  /** A subscriber outlives a failure of DuckDB, but not damage: it waits, as it does for events. */
  @Override
  protected final boolean outlives(BrokerException failure) {
    return RunHistory.isPassing(failure);
  }

  @Override
  protected void release() {
    Registration beating = heartbeats;
    if (beating != null) {
      beating.close();
    }
  }

  /** Sends events, if there are any, after which so many others were passed over. */
  final void deliver(@Nullable EncodedResponse<N> events, long passedOver) {
    if (events == null) {
      unreported += passedOver;
    } else {
      responses.next(events);
      unreported = passedOver;
      isIdle = false;
    }
    if (unreported >= PROGRESS_EVENTS) {
      reportProgress();
    }
  }

  final void catchUp(Supplier<N> notice) {
    if (!isCaughtUp) {
      isCaughtUp = true;
      hasFallenBehind = false;
      unreported = 0;
      send(notice.get());
    }
  }

  final void fallBehind(Supplier<N> notice) {
    if (isCaughtUp && !hasFallenBehind) {
      send(notice.get());
      hasFallenBehind = true;
    }
    isCaughtUp = false;
  }

  final void sendHeartbeat(Function<Timestamp, N> notice) {
    if (!heartbeatDue) {
      return;
    }
    heartbeatDue = false;
    if (unreported > 0) {
      reportProgress();
    } else if (isIdle) {
      send(notice.apply(RunView.timestamp(Micros.now(clock))));
    }
    isIdle = true;
  }

  final void send(N notice) {
    if (hasNotices) {
      responses.next(new EncodedResponse.Plain<>(notice));
      isIdle = false;
    }
  }

  private void reportProgress() {
    unreported = 0;
    send(progress());
  }

  private void beat() {
    heartbeatDue = true;
    wake();
  }
}
