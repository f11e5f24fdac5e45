package dev.eider.server.read;

import com.google.protobuf.ByteString;
import dev.eider.server.base.BrokerException;
import dev.eider.server.base.Registration;
import dev.eider.server.base.ResponseStream;
import dev.eider.server.event.LogPage;
import dev.eider.server.event.LogPlace;
import dev.eider.server.event.Micros;
import dev.eider.server.event.SequencedEvent;
import dev.eider.server.read.history.LogHistory;
import dev.eider.server.read.history.ResumeToken;
import dev.eider.server.read.history.RunHistory;
import dev.eider.server.read.history.RunHistory.PageSize;
import dev.eider.server.run.RunView;
import dev.eider.v1.SubscribeAllResponse;
import dev.eider.v1.SubscribeAllResponse.CaughtUp;
import dev.eider.v1.SubscribeAllResponse.FellBehind;
import dev.eider.v1.SubscribeAllResponse.Heartbeat;
import dev.eider.v1.SubscribeAllResponse.Progress;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One subscriber's way through the events of all runs.
 *
 * <p>Its whole state is a place in the order of the log. It listens before it reads; a step sends
 * what comes after the place, from memory where that reaches back so far, else from DuckDB, and the
 * next step looks at memory again. It never ends by itself.
 *
 * <p>A subscriber that does not read costs this object: nothing is queued for it.
 */
public final class LogSubscription extends StreamReader {
  private static final int PAGES_PER_STEP = 16;
  private static final long PROGRESS_EVENTS = 1_000;

  private final LogSubscriptionRequest request;
  private final LogHistory history;
  private final ResponseStream<EncodedResponse<SubscribeAllResponse>> responses;
  private final InstantSource clock;
  private final Registration counted;
  private final Registration hearing;
  private final @Nullable Registration heartbeats;

  // Written by the timer and by steps. The first is due at once: a subscriber for whom there is
  // nothing yet is to know that it is connected.
  private volatile boolean heartbeatDue = true;

  // Written by the persister thread and by steps.
  private volatile boolean awaitsPersister;

  private LogPlace sent;
  private ResumeToken.@Nullable Event lastEvent;

  /** An empty token needs no look at DuckDB. */
  private boolean isChecked;

  /** Roughly how many events were passed over since the last one sent or the last progress. */
  private long unreported;

  private boolean isCaughtUp;
  private boolean hasFallenBehind;
  private boolean isIdle = true;

  /** Throws OVERLOADED if there are as many as may be. */
  public LogSubscription(
      LogSubscriptionRequest request,
      ResponseStream<EncodedResponse<SubscribeAllResponse>> responses,
      Readers readers) {
    super(readers.pools(), readers.registry(), responses);
    this.request = request;
    this.history = readers.logHistory();
    this.clock = readers.clock();
    this.responses = responses;
    sent = request.token().place();
    lastEvent = request.token().last();
    isChecked = request.token().equals(ResumeToken.START);
    counted = readers.registry().addLogReader();
    hearing = readers.hub().addLogListener(this::wake);
    heartbeats =
        request.notices() ? pools().timer().every(readers.heartbeatMs(), this::beat) : null;
  }

  @Override
  protected Next step(boolean mayBlock) {
    PageSize size = new PageSize(request.eventsMax(), pageBytesMax());
    for (int i = 0; i < PAGES_PER_STEP; i++) {
      if (isOver() || !responses.isReady()) {
        return Next.PARK;
      }
      if (!isChecked) {
        if (!mayBlock) {
          return Next.COLD;
        }
        history.check(request.token());
        isChecked = true;
      }
      LogPage page = history.readInMemory(sent, request.selection(), size);
      if (page == null) {
        if (!mayBlock) {
          return Next.COLD;
        }
        fallBehind();
        page = history.readPersisted(sent, request.selection(), size);
      }
      if (page == null) {
        return awaitPersister();
      }
      send(page);
      if (page.isLast()) {
        return atHead();
      }
    }
    return Next.LIVE;
  }

  /** A subscriber outlives a failure of DuckDB, but not damage: it waits, as it does for events. */
  @Override
  protected boolean outlives(BrokerException failure) {
    return RunHistory.isPassing(failure);
  }

  @Override
  protected void release() {
    hearing.close();
    if (heartbeats != null) {
      heartbeats.close();
    }
    counted.close();
  }

  private void send(LogPage page) {
    List<SequencedEvent> events = page.events();
    LogPlace last = page.last();
    sent = page.next();
    unreported += page.passedOver();
    if (last != null && !events.isEmpty()) {
      lastEvent = ResumeToken.Event.of(last, events.get(events.size() - 1));
      responses.next(
          new EncodedResponse.TokenedEvents<>(
              EncodedResponse.Events.of(events), token().toBytes()));
      unreported = 0;
      isIdle = false;
    } else if (unreported >= PROGRESS_EVENTS) {
      reportProgress();
    }
  }

  private ResumeToken token() {
    return ResumeToken.of(sent, lastEvent);
  }

  private Next atHead() {
    if (!isCaughtUp) {
      isCaughtUp = true;
      hasFallenBehind = false;
      unreported = 0;
      send(notice().setCaughtUp(CaughtUp.getDefaultInstance()));
    }
    sendHeartbeat();
    return Next.PARK;
  }

  /** Waits for events that memory never gets. */
  private Next awaitPersister() {
    if (!awaitsPersister) {
      awaitsPersister = true;
      history.awaitPersisted(
          () -> {
            awaitsPersister = false;
            wake();
          });
    }
    sendHeartbeat();
    return Next.PARK;
  }

  private void fallBehind() {
    if (isCaughtUp && !hasFallenBehind) {
      send(notice().setFellBehind(FellBehind.getDefaultInstance()));
      hasFallenBehind = true;
    }
    isCaughtUp = false;
  }

  private void reportProgress() {
    unreported = 0;
    send(notice().setProgress(Progress.getDefaultInstance()));
  }

  private void beat() {
    heartbeatDue = true;
    wake();
  }

  private void sendHeartbeat() {
    if (!heartbeatDue) {
      return;
    }
    heartbeatDue = false;
    if (unreported > 0) {
      reportProgress();
    } else if (isIdle) {
      Heartbeat heartbeat =
          Heartbeat.newBuilder().setServerTime(RunView.timestamp(Micros.now(clock))).build();
      send(notice().setHeartbeat(heartbeat));
    }
    isIdle = true;
  }

  private SubscribeAllResponse.Builder notice() {
    return SubscribeAllResponse.newBuilder().setResumeToken(ByteString.copyFrom(token().toBytes()));
  }

  private void send(SubscribeAllResponse.Builder notice) {
    if (request.notices()) {
      responses.next(new EncodedResponse.Plain<>(notice.build()));
      isIdle = false;
    }
  }
}
