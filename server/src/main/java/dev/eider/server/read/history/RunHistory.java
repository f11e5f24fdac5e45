package dev.eider.server.read.history;

import dev.eider.server.base.BrokerException;
import dev.eider.server.base.Invariants;
import dev.eider.server.event.EventMatcher;
import dev.eider.server.event.RunId;
import dev.eider.server.event.SequencedEvent;
import dev.eider.server.hub.Hub;
import dev.eider.server.hub.RunTail;
import dev.eider.server.hub.RunTail.TailSlice;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.store.ColdReader;
import dev.eider.server.store.ColdReader.ColdPage;
import dev.eider.server.store.ColdReader.EventPlace;
import dev.eider.server.store.ColdReader.PageQuery;
import dev.eider.server.store.LibraryFileException;
import dev.eider.server.store.MissingEventsException;
import dev.eider.server.store.StoreException;
import dev.eider.v1.ErrorReason;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Answers what is known of a run, and which events come after a seq: from memory if it holds them,
 * else from DuckDB. The only place that chooses between the two. Thread-safe.
 */
public record RunHistory(Hub hub, ColdReader cold) {
  /** How many events one read looks for at the most. */
  public static final int PAGE_EVENTS_MAX = 1_000;

  /** A page is about this large at the most, or one larger event. */
  public static final long PAGE_BYTES_MAX = 1 << 20;

  private static final String DAMAGED = "damaged";
  private static final String FILE = "file";

  /** Returns a run in memory, else null; RUN_NOT_FOUND if deleted there. Does not block. */
  public @Nullable KnownRun findInMemory(RunId runId) {
    RunTail tail = hub.find(runId);
    if (tail == null) {
      return null;
    }
    KnownRun known = new KnownRun(tail.run(), tail.persistedSeq(), tail);
    if (known.run().isDeleted()) {
      throw BrokerException.deleted(runId);
    }
    return known;
  }

  /** Returns a run if that takes no query, else null. Does not block; else as {@link #find}. */
  public @Nullable KnownRun peek(RunId runId) {
    KnownRun inMemory = findInMemory(runId);
    if (inMemory != null) {
      return inMemory;
    }
    FoldedRun persisted = cold.peekRun(runId);
    return persisted == null ? null : new KnownRun(persisted, persisted.headSeq(), null);
  }

  /** Requires that a run is there after a read. Blocks; RUN_NOT_FOUND, STORAGE_UNAVAILABLE. */
  public void requireThere(RunId runId) {
    if (find(runId) == null) {
      throw runNotFound(runId);
    }
  }

  /** Requires that no run had this id before. Blocks; RUN_NOT_FOUND, STORAGE_UNAVAILABLE. */
  public void requireNeverDeleted(RunId runId) {
    try {
      if (!cold.findDeleted(Set.of(runId)).isEmpty()) {
        throw BrokerException.deleted(runId);
      }
    } catch (StoreException e) {
      throw unavailable(e);
    }
  }

  /** Returns a run from memory or DuckDB, or null. Blocks; throws STORAGE_UNAVAILABLE. */
  public @Nullable KnownRun find(RunId runId) {
    KnownRun inMemory = findInMemory(runId);
    if (inMemory != null) {
      return inMemory;
    }
    FoldedRun persisted = findPersisted(runId);
    if (persisted != null) {
      return new KnownRun(persisted, persisted.headSeq(), null);
    }
    // It may have been opened since memory was asked.
    return findInMemory(runId);
  }

  /** Returns a run as DuckDB has it, or null if it does not. Blocks. */
  public @Nullable FoldedRun findPersisted(RunId runId) {
    try {
      return cold.findRun(runId);
    } catch (StoreException e) {
      throw unavailable(e);
    }
  }

  /** Returns a run. Blocks; throws RUN_NOT_FOUND or STORAGE_UNAVAILABLE. */
  public KnownRun get(RunId runId) {
    KnownRun known = find(runId);
    if (known == null) {
      throw runNotFound(runId);
    }
    return known;
  }

  public static BrokerException runNotFound(RunId runId) {
    return BrokerException.notFound("run " + runId + " does not exist");
  }

  /** Refuses a start past the end of a closed run. */
  public static BrokerException beyondHead(FoldedRun run, long afterSeq) {
    return BrokerException.of(
            ErrorReason.ERROR_REASON_SEQ_BEYOND_HEAD,
            "after_seq is %s, but run %s is closed with head %s"
                .formatted(afterSeq, run.runId(), run.headSeq()))
        .with("head_seq", run.headSeq());
  }

  /** Reads on from memory; null when only DuckDB has the next event. Does not block. */
  public @Nullable Page readInMemory(
      KnownRun known, Cursor after, EventMatcher matcher, PageSize size) {
    RunTail tail = known.tail();
    if (tail == null) {
      return null;
    }
    TailSlice slice = tail.read(after.seq(), matcher, size.eventsMax(), size.bytesMax());
    return slice == null
        ? null
        : new Page(slice.events(), new Cursor(slice.scannedSeq(), after.position()));
  }

  /** Reads on from DuckDB to {@code untilSeq} or the run's head. Blocks; STORAGE_UNAVAILABLE. */
  public Page readPersisted(
      FoldedRun run, Cursor after, long untilSeq, EventMatcher matcher, PageSize size) {
    try {
      return page(cold.readPage(query(run, after, untilSeq, matcher, size)));
    } catch (MissingEventsException e) {
      Invariants.require(find(run.runId()) == null, "%s", String.valueOf(e.getMessage()));
      throw runNotFound(run.runId());
    } catch (StoreException e) {
      throw unavailable(e);
    }
  }

  /** Reads on as {@link #readPersisted} if that takes no query, else returns null. */
  public @Nullable Page peekPersisted(
      FoldedRun run, Cursor after, long untilSeq, EventMatcher matcher, PageSize size) {
    ColdPage known = cold.peekPage(query(run, after, untilSeq, matcher, size));
    return known == null ? null : page(known);
  }

  static PageQuery query(
      FoldedRun run, Cursor after, long untilSeq, EventMatcher matcher, PageSize size) {
    return new PageQuery(
        run.runId(),
        after.seq(),
        Math.min(untilSeq, run.headSeq()),
        Math.max(after.position(), run.firstPosition()),
        run.lastPosition(),
        matcher,
        size.eventsMax(),
        size.bytesMax());
  }

  static Page page(ColdPage page) {
    return new Page(page.events(), new Cursor(page.scannedSeq(), page.position()));
  }

  /**
   * Returns where in DuckDB the last matching events of a run are, the last one first. Blocks.
   *
   * @throws BrokerException STORAGE_UNAVAILABLE
   */
  List<EventPlace> readLastPlaces(FoldedRun run, long untilSeq, EventMatcher matcher) {
    try {
      return cold.readLastPlaces(query(run, Cursor.START, untilSeq, matcher, PageSize.MANY));
    } catch (StoreException e) {
      throw unavailable(e);
    }
  }

  /** Returns the first event of a run that has one. Blocks; throws STORAGE_UNAVAILABLE. */
  public SequencedEvent first(KnownRun known) {
    return Invariants.requireNonNull(
        findFirst(known, EventMatcher.ALL), "run %s has no event", known.run().runId());
  }

  private @Nullable SequencedEvent findFirst(KnownRun known, EventMatcher matcher) {
    long headSeq = known.run().headSeq();
    Cursor cursor = Cursor.START;
    while (cursor.seq() < headSeq) {
      Page page = readInMemory(known, cursor, matcher, PageSize.ONE);
      if (page == null) {
        page =
            readPersisted(known.run(), cursor, known.currentPersistedSeq(), matcher, PageSize.ONE);
      }
      if (!page.events().isEmpty()) {
        return page.events().get(0);
      }
      cursor = page.next();
    }
    return null;
  }

  public static BrokerException unavailable(StoreException e) {
    if (e instanceof LibraryFileException library) {
      return BrokerException.unavailable(String.valueOf(e.getMessage())).with(FILE, library.file());
    }
    return e.isDamage()
        ? BrokerException.unavailable(String.valueOf(e.getMessage())).with(DAMAGED, true)
        : BrokerException.unavailable("DuckDB cannot be read at the moment: " + e.getMessage());
  }

  /** Returns whether DuckDB may be read again without anybody doing something about it. */
  public static boolean isPassing(BrokerException failure) {
    return failure.reason() == ErrorReason.ERROR_REASON_STORAGE_UNAVAILABLE
        && !failure.metadata().containsKey(DAMAGED)
        && !failure.metadata().containsKey(FILE);
  }

  /** A run, what DuckDB had of it when asked for, and its tail until it is reaped. */
  public record KnownRun(FoldedRun run, long persistedSeq, @Nullable RunTail tail) {
    /** Returns what DuckDB has of it by now: an event that left memory since is persisted since. */
    public long currentPersistedSeq() {
      return tail == null ? persistedSeq : tail.persistedSeq();
    }
  }

  /** The last seq looked at in a run, and a log position at or before it, a hint for DuckDB. */
  public record Cursor(long seq, long position) {
    static final Cursor START = new Cursor(0, 0);
  }

  /** How much a read looks for; it ends with the event that reaches {@code bytesMax}. */
  public record PageSize(int eventsMax, long bytesMax) {
    static final PageSize ONE = new PageSize(1, PAGE_BYTES_MAX);
    static final PageSize MANY = new PageSize(PAGE_EVENTS_MAX, PAGE_BYTES_MAX);
  }

  /** Some events and the place after them. */
  public record Page(List<SequencedEvent> events, Cursor next) {
    /** The same without what comes after a seq. */
    Page until(long seq) {
      return next.seq() <= seq
          ? this
          : new Page(
              events.stream().filter(event -> event.seq() <= seq).toList(),
              new Cursor(seq, next.position()));
    }
  }
}
