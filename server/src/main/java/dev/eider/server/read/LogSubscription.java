package dev.eider.server.read;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.eider.server.base.Registration;
import dev.eider.server.base.ResponseStream;
import dev.eider.server.event.LogPage;
import dev.eider.server.event.LogPlace;
import dev.eider.server.event.SequencedEvent;
import dev.eider.server.read.history.LogHistory;
import dev.eider.server.read.history.ResumeToken;
import dev.eider.server.read.history.RunHistory.PageSize;
import dev.eider.v1.SubscribeAllResponse;
import dev.eider.v1.SubscribeAllResponse.CaughtUp;
import dev.eider.v1.SubscribeAllResponse.FellBehind;
import dev.eider.v1.SubscribeAllResponse.Heartbeat;
import dev.eider.v1.SubscribeAllResponse.Progress;
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
public final class LogSubscription extends FollowingReader<SubscribeAllResponse> {
  private final LogSubscriptionRequest request;
  private final LogHistory history;
  private final Registration counted;
  private final Registration hearing;

  // Written by the persister thread and by steps.
  private volatile boolean awaitsPersister;

  private LogPlace sent;
  private ResumeToken.@Nullable Event lastEvent;

  /** An empty token needs no look at DuckDB. */
  private boolean isChecked;

  /** Throws OVERLOADED if there are as many as may be. */
  public LogSubscription(
      LogSubscriptionRequest request,
      ResponseStream<EncodedResponse<SubscribeAllResponse>> responses,
      Readers readers) {
    super(readers, responses, request.notices());
    this.request = request;
    this.history = readers.logHistory();
    sent = request.token().place();
    lastEvent = request.token().last();
    isChecked = request.token().equals(ResumeToken.START);
    counted = readers.registry().addLogReader();
    hearing = readers.hub().addLogListener(this::wake);
    beatEvery(readers.heartbeatMs());
  }

  @Override
  @Nullable Next sendPage(boolean mayBlock) {
    PageSize size = new PageSize(request.eventsMax(), pageBytesMax());
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
      fallBehind(() -> notice().setFellBehind(FellBehind.getDefaultInstance()).build());
      page = history.readPersisted(sent, request.selection(), size);
    }
    if (page == null) {
      return awaitPersister();
    }
    send(page);
    return page.isLast() ? atHead() : null;
  }

  @Override
  protected void release() {
    hearing.close();
    super.release();
    counted.close();
  }

  private void send(LogPage page) {
    List<SequencedEvent> events = page.events();
    LogPlace last = page.last();
    sent = page.next();
    if (last == null || events.isEmpty()) {
      deliver(null, page.passedOver());
    } else {
      lastEvent = ResumeToken.Event.of(last, events.get(events.size() - 1));
      deliver(
          new EncodedResponse.TokenedEvents<>(EncodedResponse.Events.of(events), token().toBytes()),
          0);
    }
  }

  private ResumeToken token() {
    return ResumeToken.of(sent, lastEvent);
  }

  private Next atHead() {
    catchUp(() -> notice().setCaughtUp(CaughtUp.getDefaultInstance()).build());
    sendHeartbeat(this::heartbeat);
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
    sendHeartbeat(this::heartbeat);
    return Next.PARK;
  }

  @Override
  SubscribeAllResponse progress() {
    return notice().setProgress(Progress.getDefaultInstance()).build();
  }

  private SubscribeAllResponse heartbeat(Timestamp now) {
    return notice().setHeartbeat(Heartbeat.newBuilder().setServerTime(now)).build();
  }

  private SubscribeAllResponse.Builder notice() {
    return SubscribeAllResponse.newBuilder().setResumeToken(ByteString.copyFrom(token().toBytes()));
  }
}
