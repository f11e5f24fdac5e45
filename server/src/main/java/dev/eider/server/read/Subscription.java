package dev.eider.server.read;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.eider.server.base.Registration;
import dev.eider.server.base.ResponseStream;
import dev.eider.server.event.RunId;
import dev.eider.server.event.SequencedEvent;
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
import dev.eider.v1.SubscribeResponse.CaughtUp;
import dev.eider.v1.SubscribeResponse.FellBehind;
import dev.eider.v1.SubscribeResponse.Heartbeat;
import dev.eider.v1.SubscribeResponse.Progress;
import dev.eider.v1.SubscribeResponse.RunClosed;
import java.util.List;
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
public final class Subscription extends FollowingReader<SubscribeResponse> {
  private final SubscriptionRequest request;
  private final Hub hub;
  private final RunHistory history;
  private final Runnable waker = this::wake;

  // Written by steps; read by release() on any thread.
  private volatile @Nullable Registration hearing;

  private @Nullable RunTail heard;

  private final Inheritance inheritance;

  /** The run as it was first found, if in a library: a file read anew since has another run. */
  private @Nullable KnownRun inLibrary;

  private Cursor cursor;

  private boolean isAwaiting;

  public Subscription(
      SubscriptionRequest request,
      ResponseStream<EncodedResponse<SubscribeResponse>> responses,
      Readers readers) {
    super(readers, responses, request.notices());
    this.request = request;
    this.hub = readers.hub();
    this.history = readers.history();
    inheritance = new Inheritance(history, request.start());
    cursor = new Cursor(request.start().ownAfterSeq(), 0);
    beatEvery(readers.heartbeatMs());
  }

  @Override
  @Nullable Next sendPage(boolean mayBlock) {
    KnownRun known = find(mayBlock);
    if (known == null) {
      return mayBlock ? awaitRun() : Next.COLD;
    }
    if (inheritance.isOver() && cursor.seq() >= known.run().headSeq()) {
      return atHead(known.run());
    }
    return sendNext(known, mayBlock) ? null : Next.COLD;
  }

  @Override
  protected void release() {
    super.release();
    hub.removeAwaitRun(request.start().runId(), waker);
    stopHearing();
  }

  /** Finds the run and listens to it; null when neither memory nor, if allowed, DuckDB has it. */
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
    KnownRun first = inLibrary;
    if (first != null) {
      return first;
    }
    KnownRun known = mayBlock ? history.find(runId) : history.peek(runId);
    if (known != null && known.run().isInLibrary()) {
      inLibrary = known;
    }
    return known;
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
    sendHeartbeat(now -> Notices.heartbeat(0, now));
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
      fallBehind(() -> Notices.fellBehind(cursor.seq()));
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

  /** Sends a page that stands for so many events. */
  private void send(Page page, long scanned) {
    List<SequencedEvent> events = page.events();
    if (events.isEmpty()) {
      deliver(null, scanned);
    } else {
      deliver(
          EncodedResponse.Events.of(events),
          page.next().seq() - events.get(events.size() - 1).seq());
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
    if (cursor.seq() == run.headSeq()) {
      catchUp(() -> Notices.caughtUp(run.headSeq()));
    }
    sendHeartbeat(now -> Notices.heartbeat(run.headSeq(), now));
    return Next.PARK;
  }

  @Override
  SubscribeResponse progress() {
    ReadStart start = request.start();
    RunId inherited = inheritance.runId();
    return inherited == null
        ? Notices.progress(cursor.seq(), start.includeInherited() ? start.runId() : null)
        : Notices.progress(inheritance.seq(), inherited);
  }

  /** Makes the notices of a subscription. */
  private static final class Notices {
    static SubscribeResponse caughtUp(long headSeq) {
      return SubscribeResponse.newBuilder()
          .setCaughtUp(CaughtUp.newBuilder().setHeadSeq(headSeq))
          .build();
    }

    static SubscribeResponse fellBehind(long seq) {
      return SubscribeResponse.newBuilder()
          .setFellBehind(FellBehind.newBuilder().setSeq(seq))
          .build();
    }

    /** Names the run that the seq is of, where that may be another than the one asked for. */
    static SubscribeResponse progress(long scannedSeq, @Nullable RunId runId) {
      Progress.Builder progress = Progress.newBuilder().setScannedSeq(scannedSeq);
      if (runId != null) {
        progress.setRunId(runId.value());
      }
      return SubscribeResponse.newBuilder().setProgress(progress).build();
    }

    static SubscribeResponse heartbeat(long headSeq, Timestamp now) {
      return SubscribeResponse.newBuilder()
          .setHeartbeat(Heartbeat.newBuilder().setHeadSeq(headSeq).setServerTime(now))
          .build();
    }

    static SubscribeResponse runClosed(FoldedRun run) {
      return SubscribeResponse.newBuilder()
          .setRunClosed(
              RunClosed.newBuilder()
                  .setFinalSeq(run.headSeq())
                  .setOutcome(run.outcome())
                  .setDigest(ByteString.copyFrom(run.digest())))
          .build();
    }
  }
}
