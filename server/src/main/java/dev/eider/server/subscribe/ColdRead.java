package dev.eider.server.subscribe;

import com.google.protobuf.ByteString;
import dev.eider.server.run.EventMatcher;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.RunDigest;
import dev.eider.server.run.RunId;
import dev.eider.server.subscribe.RunHistory.Cursor;
import dev.eider.server.subscribe.RunHistory.Page;
import dev.eider.server.subscribe.RunHistory.PageSize;
import dev.eider.v1.ColdStreamResponse;
import dev.eider.v1.ColdStreamResponse.ColdEnd;
import dev.eider.v1.RunState;
import org.jspecify.annotations.Nullable;

/** One caller's way through what DuckDB had of a run when the call began. */
public final class ColdRead extends StreamReader<ColdStreamResponse> {
  private final Request request;
  private final RunHistory history;
  private final EventSink<ColdStreamResponse> sink;
  private Cursor cursor;
  private @Nullable FoldedRun run;

  public ColdRead(Request request, EventSink<ColdStreamResponse> sink, Readers readers) {
    super(readers.pools(), readers.registry(), sink);
    this.request = request;
    this.history = readers.history();
    this.sink = sink;
    cursor = new Cursor(request.afterSeq(), 0);
  }

  @Override
  Next step(boolean mayBlock) {
    if (!sink.isReady()) {
      return Next.PARK;
    }
    if (!mayBlock) {
      return Next.COLD;
    }
    if (run == null) {
      run = history.findPersisted(request.runId());
      requireKnown(run);
    }
    long lastSeq = run == null ? 0 : Math.min(request.untilSeq(), run.headSeq());
    if (run == null || cursor.seq() >= lastSeq) {
      sink.notice(end(run));
      return complete();
    }
    PageSize size = new PageSize(RunHistory.PAGE_EVENTS_MAX, pageBytesMax());
    Page page = history.readPersisted(run, cursor, lastSeq, request.matcher(), size);
    cursor = page.next();
    if (!page.events().isEmpty()) {
      sink.events(page.events());
    }
    return Next.COLD;
  }

  @Override
  void release() {
    // Nobody holds on to a cold read.
  }

  private void requireKnown(@Nullable FoldedRun persisted) {
    if (persisted == null && history.findInMemory(request.runId()) == null) {
      throw RunHistory.runNotFound(request.runId());
    }
    if (persisted != null && !persisted.isOpen() && request.afterSeq() > persisted.headSeq()) {
      throw RunHistory.beyondHead(persisted, request.afterSeq());
    }
  }

  private ColdStreamResponse end(@Nullable FoldedRun persisted) {
    ColdEnd.Builder end = ColdEnd.newBuilder();
    if (persisted == null) {
      end.setState(RunState.RUN_STATE_OPEN)
          .setDigest(ByteString.copyFrom(RunDigest.initial(request.runId())));
    } else {
      end.setPersistedSeq(persisted.headSeq())
          .setState(persisted.isOpen() ? RunState.RUN_STATE_OPEN : RunState.RUN_STATE_CLOSED)
          .setDigest(ByteString.copyFrom(persisted.digest()));
    }
    return ColdStreamResponse.newBuilder().setEnd(end).build();
  }

  /**
   * What a caller wants, checked.
   *
   * @param afterSeq exclusive
   * @param untilSeq inclusive
   */
  public record Request(RunId runId, long afterSeq, long untilSeq, EventMatcher matcher) {}
}
