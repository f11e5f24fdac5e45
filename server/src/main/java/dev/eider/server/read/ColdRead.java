package dev.eider.server.read;

import com.google.protobuf.ByteString;
import dev.eider.server.base.ResponseStream;
import dev.eider.server.event.EventMatcher;
import dev.eider.server.event.RunDigest;
import dev.eider.server.event.RunId;
import dev.eider.server.read.history.Inheritance;
import dev.eider.server.read.history.ReadStart;
import dev.eider.server.read.history.RunHistory;
import dev.eider.server.read.history.RunHistory.Cursor;
import dev.eider.server.read.history.RunHistory.Page;
import dev.eider.server.read.history.RunHistory.PageSize;
import dev.eider.server.run.FoldedRun;
import dev.eider.v1.ColdStreamResponse;
import dev.eider.v1.ColdStreamResponse.ColdEnd;
import dev.eider.v1.RunState;
import org.jspecify.annotations.Nullable;

/** One caller's way through what DuckDB had of a run when the call began. */
public final class ColdRead extends StreamReader {
  private final Request request;
  private final RunHistory history;
  private final ResponseStream<EncodedResponse<ColdStreamResponse>> responses;

  /** Also reads memory: a fork may be there before DuckDB has all that it inherits. */
  private final Inheritance inherited;

  private Cursor cursor;

  /** As DuckDB had it; null while it does not. */
  private @Nullable FoldedRun run;

  public ColdRead(
      Request request,
      ResponseStream<EncodedResponse<ColdStreamResponse>> responses,
      Readers readers) {
    super(readers.pools(), readers.registry(), responses);
    this.request = request;
    this.history = readers.history();
    this.responses = responses;
    inherited = new Inheritance(history, request.start());
    cursor = new Cursor(request.start().ownAfterSeq(), 0);
  }

  @Override
  protected Next step(boolean mayBlock) {
    if (!responses.isReady()) {
      return Next.PARK;
    }
    if (mayBlock) {
      lookUp();
    } else if (run == null || !inherited.isOver() || history.peek(runId()) == null) {
      return Next.COLD;
    }
    if (!inherited.isOver()) {
      Page page = inherited.read(heir(), request.matcher(), pageSize(), true);
      return page == null ? Next.COLD : sendInherited(page);
    }
    long lastSeq = run == null ? 0 : Math.min(request.untilSeq(), run.headSeq());
    if (run == null || cursor.seq() >= lastSeq) {
      responses.next(new EncodedResponse.Plain<>(end(run)));
      return complete();
    }
    Page page =
        mayBlock
            ? history.readPersisted(run, cursor, lastSeq, request.matcher(), pageSize())
            : history.peekPersisted(run, cursor, lastSeq, request.matcher(), pageSize());
    return page == null ? Next.COLD : sendOwn(page);
  }

  @Override
  protected void release() {
    // Nobody holds on to a cold read.
  }

  /** Also as the last thing: what was read before is all there was only if the run still is. */
  private void lookUp() {
    if (run == null) {
      run = history.findPersisted(runId());
      requireKnown(run);
    }
    history.requireThere(runId());
  }

  /** Returns the run as far as its lineage goes, which is known before DuckDB has the run. */
  private FoldedRun heir() {
    return run == null ? history.get(runId()).run() : run;
  }

  private RunId runId() {
    return request.start().runId();
  }

  private Next sendInherited(Page page) {
    inherited.advance(page);
    send(page);
    return Next.COLD;
  }

  private Next sendOwn(Page page) {
    cursor = page.next();
    send(page);
    return Next.LIVE;
  }

  private void send(Page page) {
    if (!page.events().isEmpty()) {
      responses.next(EncodedResponse.Events.of(page.events()));
    }
  }

  private PageSize pageSize() {
    return new PageSize(RunHistory.PAGE_EVENTS_MAX, pageBytesMax());
  }

  private void requireKnown(@Nullable FoldedRun persisted) {
    if (persisted == null && history.findInMemory(runId()) == null) {
      throw RunHistory.runNotFound(runId());
    }
    long afterSeq = request.start().ownAfterSeq();
    if (persisted != null && !persisted.isOpen() && afterSeq > persisted.headSeq()) {
      throw RunHistory.beyondHead(persisted, afterSeq);
    }
  }

  private ColdStreamResponse end(@Nullable FoldedRun persisted) {
    ColdEnd.Builder end = ColdEnd.newBuilder();
    if (persisted == null) {
      end.setState(RunState.RUN_STATE_OPEN)
          .setDigest(ByteString.copyFrom(RunDigest.initial(runId())));
    } else {
      end.setPersistedSeq(persisted.headSeq())
          .setState(persisted.isOpen() ? RunState.RUN_STATE_OPEN : RunState.RUN_STATE_CLOSED)
          .setDigest(ByteString.copyFrom(persisted.digest()));
    }
    return ColdStreamResponse.newBuilder().setEnd(end).build();
  }

  /** What a caller wants, checked: own events up to {@code untilSeq}, inclusive. */
  public record Request(ReadStart start, long untilSeq, EventMatcher matcher) {}
}
