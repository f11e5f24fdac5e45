package dev.eider.server.read;

import dev.eider.server.base.BrokerException;
import dev.eider.server.base.Registration;
import dev.eider.server.base.ResponseStream;
import dev.eider.server.event.Micros;
import dev.eider.server.event.RunId;
import dev.eider.server.hub.Hub;
import dev.eider.server.hub.RunTail;
import dev.eider.server.read.history.Inheritance;
import dev.eider.server.read.history.ReadStart;
import dev.eider.server.read.history.RunHistory;
import dev.eider.server.read.history.RunHistory.Cursor;
import dev.eider.server.read.history.RunHistory.KnownRun;
import dev.eider.server.read.history.RunHistory.Page;
import dev.eider.server.read.history.RunHistory.PageSize;
import dev.eider.server.run.FoldedRun;
import dev.eider.v1.SubscribeResponse;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * One subscriber's way through a run.
 *
 * <p>Its whole state is a cursor. A step looks the run up, listens to its tail, and sends what
 * comes after the cursor; where the tail no longer reaches back that far it takes what others have
 * read of DuckDB, or asks DuckDB, and the next step looks at the tail again. The stream ends when
 * the run is closed and the cursor is at its head. A run that leaves memory is found in DuckDB
 * instead, a subscriber notices nothing.
 *
 * <p>A subscriber that does not read costs this object: nothing is queued for it.
 */
public final class Subscription extends StreamReader {
  private static final int PAGES_PER_STEP = 16;
  private static final long PROGRESS_EVENTS = 1_000;

  private final SubscriptionRequest request;
  private final Hub hub;
  private final RunHistory history;
  private final ResponseStream<EncodedResponse<SubscribeResponse>> responses;
  private final InstantSource clock;
  private final Runnable waker = this::wake;
  private final @Nullable Registration heartbeats;

  // Written by steps; read by release() on any thread.
  private volatile @Nullable Registration hearing;

  private @Nullable RunTail heard;

  // Written by the timer and by steps. The first is due at once: a subscriber for whom there is
  // nothing yet is to know that it is connected.
  private volatile boolean heartbeatDue = true;

  private final Inheritance inheritance;
  private Cursor cursor;

  /** How many events were passed over since the last one sent or the last progress. */
  private long unreported;

  private boolean isAwaiting;
  private boolean isCaughtUp;
  private boolean hasFallenBehind;
  private boolean isIdle = true;

  public Subscription(
      SubscriptionRequest request,
      ResponseStream<EncodedResponse<SubscribeResponse>> responses,
      Readers readers) {
    super(readers.pools(), readers.registry(), responses);
    this.request = request;
    this.hub = readers.hub();
    this.history = readers.history();
    this.clock = readers.clock();
    this.responses = responses;
    inheritance = new Inheritance(history, request.start());
    cursor = new Cursor(request.start().ownAfterSeq(), 0);
    heartbeats =
        request.notices() ? pools().timer().every(readers.heartbeatMs(), this::beat) : null;
  }

  @Override
  protected Next step(boolean mayBlock) {
    for (int i = 0; i < PAGES_PER_STEP; i++) {
      if (isOver() || !responses.isReady()) {
        return Next.PARK;
      }
      KnownRun known = find(mayBlock);
      if (known == null && !mayBlock) {
        return Next.COLD;
      }
      if (known == null) {
        return awaitRun();
      }
      if (inheritance.isOver() && cursor.seq() >= known.run().headSeq()) {
        return atHead(known.run());
      }
      if (!sendNext(known, mayBlock)) {
        return Next.COLD;
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
    if (heartbeats != null) {
      heartbeats.close();
    }
    hub.removeAwaitRun(request.start().runId(), waker);
    stopHearing();
  }

  /**
   * Finds the run and listens to it; null when it is not in memory and DuckDB may not be asked or
   * has none.
   */
  private @Nullable KnownRun find(boolean mayBlock) {
    KnownRun known = lookUp(mayBlock);
    if (known == null || known.tail() == null || known.tail().equals(heard)) {
      return known;
    }
    heard = known.tail();
    hearing = pools().rounds().join(known.tail(), this::wakeHere);
    if (isOver()) {
      stopHearing();
    }
    // Looked up again, since what happened before the listener was there was not heard.
    return lookUp(mayBlock);
  }

  private void stopHearing() {
    Registration registered = hearing;
    if (registered != null) {
      registered.close();
    }
  }

  private @Nullable KnownRun lookUp(boolean mayBlock) {
    RunId runId = request.start().runId();
    return mayBlock ? history.find(runId) : history.peek(runId);
  }

  private Next awaitRun() {
    if (!request.waitForRun()) {
      throw RunHistory.runNotFound(request.start().runId());
    }
    history.requireNeverDeleted(request.start().runId());
    boolean wasAwaiting = isAwaiting;
    isAwaiting = true;
    hub.awaitRun(request.start().runId(), waker);
    if (isOver()) {
      hub.removeAwaitRun(request.start().runId(), waker);
    }
    sendHeartbeat(0);
    // Looked for again, since what came before there was somebody to tell went unnoticed.
    return wasAwaiting ? Next.PARK : Next.COLD;
  }

  /** Returns false when DuckDB must be asked and may not be. */
  private boolean sendNext(KnownRun known, boolean mayBlock) {
    PageSize size = new PageSize(request.eventsMax(), pageBytesMax());
    if (!inheritance.isOver()) {
      Page page = inheritance.read(known.run(), request.matcher(), size, mayBlock);
      if (page == null) {
        return false;
      }
      long before = inheritance.seq();
      inheritance.advance(page);
      send(page, inheritance.seq() - before);
      return true;
    }
    Page page = history.readInMemory(known, cursor, request.matcher(), size);
    if (page == null) {
      page = readPersisted(known, size, mayBlock);
      if (page == null) {
        return false;
      }
      fallBehind();
    }
    long before = cursor.seq();
    cursor = page.next();
    send(page, cursor.seq() - before);
    return true;
  }

  private @Nullable Page readPersisted(KnownRun known, PageSize size, boolean mayBlock) {
    long untilSeq = known.currentPersistedSeq();
    return mayBlock
        ? history.readPersisted(known.run(), cursor, untilSeq, request.matcher(), size)
        : history.peekPersisted(known.run(), cursor, untilSeq, request.matcher(), size);
  }

  /**
   * @param scanned how many events the page stands for
   */
  private void send(Page page, long scanned) {
    if (page.events().isEmpty()) {
      unreported += scanned;
    } else {
      responses.next(EncodedResponse.Events.of(page.events()));
      unreported = page.next().seq() - page.events().get(page.events().size() - 1).seq();
      isIdle = false;
    }
    if (unreported >= PROGRESS_EVENTS) {
      reportProgress();
    }
  }

  private Next atHead(FoldedRun run) {
    if (!run.isOpen()) {
      if (cursor.seq() > run.headSeq()) {
        throw RunHistory.beyondHead(run, request.start().ownAfterSeq());
      }
      send(Notices.runClosed(run));
      return complete();
    }
    if (!isCaughtUp && cursor.seq() == run.headSeq()) {
      isCaughtUp = true;
      hasFallenBehind = false;
      unreported = 0;
      send(Notices.caughtUp(run.headSeq()));
    }
    sendHeartbeat(run.headSeq());
    return Next.PARK;
  }

  private void fallBehind() {
    if (isCaughtUp && !hasFallenBehind) {
      send(Notices.fellBehind(cursor.seq()));
      hasFallenBehind = true;
    }
    isCaughtUp = false;
  }

  private void reportProgress() {
    unreported = 0;
    ReadStart start = request.start();
    RunId inherited = inheritance.runId();
    send(
        inherited == null
            ? Notices.progress(cursor.seq(), start.includeInherited() ? start.runId() : null)
            : Notices.progress(inheritance.seq(), inherited));
  }

  private void beat() {
    heartbeatDue = true;
    wake();
  }

  private void sendHeartbeat(long headSeq) {
    if (!heartbeatDue) {
      return;
    }
    heartbeatDue = false;
    if (unreported > 0) {
      reportProgress();
    } else if (isIdle) {
      send(Notices.heartbeat(headSeq, Micros.now(clock)));
    }
    isIdle = true;
  }

  private void send(SubscribeResponse notice) {
    if (request.notices()) {
      responses.next(new EncodedResponse.Plain<>(notice));
      isIdle = false;
    }
  }
}
