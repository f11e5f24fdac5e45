package dev.eider.server.read.history;

import dev.eider.server.base.BrokerException;
import dev.eider.server.event.LogPage;
import dev.eider.server.event.LogPlace;
import dev.eider.server.event.LogSelection;
import dev.eider.server.event.SequencedEvent;
import dev.eider.server.hub.Hub;
import dev.eider.server.read.history.RunHistory.KnownRun;
import dev.eider.server.read.history.RunHistory.PageSize;
import dev.eider.server.store.ColdReader;
import dev.eider.server.store.ColdReader.LogBlock;
import dev.eider.server.store.ColdReader.LogQuery;
import dev.eider.server.store.StoreException;
import dev.eider.v1.ErrorReason;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers which events of all runs come after a place: from memory if it holds them, else from
 * DuckDB. The only place that chooses between the two for all runs, as {@link RunHistory} is for
 * one.
 *
 * <p>Memory has all that DuckDB lacks, but for what {@link Hub#passOver} says; and DuckDB is asked
 * only up to the position that it has reported as persisted. So whichever answers, nothing that
 * comes before what it answers is left out. Thread-safe.
 */
public record LogHistory(Hub hub, RunHistory runs, ColdReader cold, LongSupplier endPosition) {
  /** Reads on from memory, or returns null when that lacks the next event. Does not block. */
  public @Nullable LogPage readInMemory(LogPlace after, LogSelection selection, PageSize size) {
    return hub.log().read(after, selection, size.eventsMax(), size.bytesMax());
  }

  /** Reads on from DuckDB; null when it is not there yet. Blocks; throws STORAGE_UNAVAILABLE. */
  public @Nullable LogPage readPersisted(LogPlace after, LogSelection selection, PageSize size) {
    long untilPosition = hub.progress().position();
    if (after.position() >= untilPosition) {
      return null;
    }
    try {
      LogBlock block =
          cold.readLog(
              new LogQuery(after, untilPosition, selection, size.eventsMax(), size.bytesMax()));
      List<LogPlace> places = block.places();
      LogPlace last = places.isEmpty() ? null : places.get(places.size() - 1);
      return new LogPage(block.events(), last, block.next(), false, block.passedOver());
    } catch (StoreException e) {
      throw RunHistory.unavailable(e);
    }
  }

  /** Has {@code whenReached} called, by the persister, once DuckDB has what memory lacks. */
  public void awaitPersisted(Runnable whenReached) {
    CompletableFuture<Void> unused =
        hub.progress().await(hub.log().completeFrom()).thenRun(whenReached);
  }

  /**
   * Requires that this daemon gave a token and still knows it. Blocks; INVALID_RESUME_TOKEN, or
   * STORAGE_UNAVAILABLE when it cannot tell yet.
   */
  public void check(ResumeToken token) {
    long end = endPosition.getAsLong();
    if (token.place().position() < 0 || token.place().position() > end) {
      throw ResumeToken.invalid("names a place that the log of this daemon does not have");
    }
    ResumeToken.Event last = token.last();
    if (last != null && !has(last) && isKnown(last)) {
      throw ResumeToken.invalid(
          "comes after seq %s of run %s, and this daemon has another event there or none"
              .formatted(last.place().seq(), last.place().runId()));
    }
  }

  private boolean has(ResumeToken.Event last) {
    LogPlace before = last.place().previous();
    LogPage page = readInMemory(before, LogSelection.ALL, PageSize.ONE);
    if (page == null) {
      page = readPersisted(before, LogSelection.ALL, PageSize.ONE);
    }
    if (page == null) {
      throw BrokerException.unavailable("DuckDB has not come to the token yet");
    }
    SequencedEvent found = page.events().isEmpty() ? null : page.events().get(0);
    return found != null && last.place().equals(page.last()) && last.is(found);
  }

  /** Returns whether the run of an event is there; one that is gone proves nothing. */
  private boolean isKnown(ResumeToken.Event event) {
    try {
      KnownRun known = runs.find(event.runId());
      return known != null && known.run().firstPosition() <= event.place().position();
    } catch (BrokerException deleted) {
      if (deleted.reason() != ErrorReason.ERROR_REASON_RUN_NOT_FOUND) {
        throw deleted;
      }
      return false;
    }
  }
}
