package dev.eider.server.read.history;

import dev.eider.server.base.BrokerException;
import dev.eider.server.event.EventKind;
import dev.eider.server.event.EventMatcher;
import dev.eider.server.event.RunId;
import dev.eider.server.event.SequencedEvent;
import dev.eider.server.hub.RunTail.TailLast;
import dev.eider.server.read.history.RunHistory.Cursor;
import dev.eider.server.read.history.RunHistory.KnownRun;
import dev.eider.server.read.history.RunHistory.Page;
import dev.eider.server.read.history.RunHistory.PageSize;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.Parent;
import dev.eider.server.store.ColdReader.EventPlace;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.Event;
import dev.eider.v1.WorldStateSnapshot;
import dev.eider.v1.WorldStateSnapshot.BodyCase;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the world with which a turn of a run begins, and the event that holds it.
 *
 * <p>That is the newest turn_start of the turn with a snapshot; in a fork that has not begun the
 * turn, the world that the fork began with, if it is of that turn; else the same of the parent,
 * before the fork point, and so on. An ancestor that is deleted is read as far as it is kept.
 *
 * <p>Worlds are large: of the events that come into question one is in memory at a time, the newest
 * first. Thread-safe; blocks.
 */
public final class TurnWorlds {
  private final Ancestors ancestors;
  private final RunHistory history;

  public TurnWorlds(RunHistory history) {
    this.history = history;
    ancestors = new Ancestors(history);
  }

  /**
   * Finds the world of a turn.
   *
   * @param agentId whose turn_start; null for that of the agent who began the turn first
   * @throws BrokerException TURN_NOT_FOUND, SNAPSHOT_MISSING, RUN_NOT_FOUND or STORAGE_UNAVAILABLE
   */
  public World find(KnownRun asked, int t, @Nullable String agentId) {
    String where =
        "t %d%s in run %s"
            .formatted(t, agentId == null ? "" : " of agent " + agentId, asked.run().runId());
    FoldedRun run = asked.run();
    long untilSeq = run.headSeq();
    while (true) {
      Search search = new Search(run, untilSeq, t);
      World world = search.find(agentId);
      Parent parent = run.parent();
      boolean isStart = parent != null && parent.t() == t && untilSeq > 0;
      if (world == null && isStart) {
        world = start(run);
      }
      if (world != null) {
        return world;
      }
      if (search.hasSeenOne || isStart) {
        throw missing(where);
      }
      FoldedRun next = parent == null ? null : ancestor(parent.runId());
      if (parent == null || next == null) {
        throw notFound(asked, where);
      }
      run = next;
      untilSeq = parent.seq() - 1;
    }
  }

  /**
   * Finds the world that an event of a run holds: a turn_start, or the fork event that is its
   * first.
   *
   * @throws BrokerException TURN_NOT_FOUND, SNAPSHOT_MISSING, RUN_NOT_FOUND or STORAGE_UNAVAILABLE
   */
  public World at(KnownRun asked, long seq) {
    FoldedRun run = asked.run();
    String where = "seq " + seq + " in run " + run.runId();
    SequencedEvent event = seq > run.headSeq() ? null : read(run.runId(), new Cursor(seq - 1, 0));
    boolean isTurn =
        event != null
            && (event.kind().equals(EventKind.TURN_START)
                || (event.kind().equals(EventKind.FORK) && seq == 1 && run.parent() != null));
    if (event == null || !isTurn) {
      throw notFound(asked, where);
    }
    World world = World.of(run, event);
    if (world == null) {
      throw missing(where);
    }
    return world;
  }

  /** Returns the world that a fork began with, or null if an earlier build made it. */
  public @Nullable World start(FoldedRun fork) {
    SequencedEvent first = read(fork.runId(), Cursor.START);
    return first == null ? null : World.of(fork, first);
  }

  private BrokerException notFound(KnownRun asked, String where) {
    // If the run was deleted meanwhile, that is why.
    history.requireThere(asked.run().runId());
    return BrokerException.of(
        ErrorReason.ERROR_REASON_TURN_NOT_FOUND, "there is no turn_start at " + where);
  }

  private static BrokerException missing(String where) {
    return BrokerException.of(
        ErrorReason.ERROR_REASON_SNAPSHOT_MISSING,
        "the turn_start at " + where + " carries no snapshot");
  }

  /** Returns null for one that is gone, or was never here: what it would pass on is not, either. */
  private @Nullable FoldedRun ancestor(RunId runId) {
    try {
      return ancestors.find(runId, true);
    } catch (BrokerException e) {
      if (e.reason() == ErrorReason.ERROR_REASON_RUN_NOT_FOUND) {
        return null;
      }
      throw e;
    }
  }

  /** Reads the event after a place, of a run that may be deleted but has it. */
  private @Nullable SequencedEvent read(RunId runId, Cursor before) {
    long seq = before.seq() + 1;
    KnownRun inMemory = ancestors.findInMemory(runId);
    Page page =
        inMemory == null
            ? null
            : history.readInMemory(inMemory, before, EventMatcher.ALL, PageSize.ONE);
    if (page == null) {
      page = ancestors.readPersisted(runId, before, seq, EventMatcher.ALL, PageSize.ONE);
    }
    List<SequencedEvent> events = page.events();
    return events.isEmpty() || events.get(0).seq() != seq ? null : events.get(0);
  }

  /** The search for a turn in one run of the lineage. Confined to one call. */
  private final class Search {
    private final FoldedRun run;
    private final long untilSeq;
    private final int t;
    private @Nullable SequencedEvent first;
    private boolean hasSeenOne;

    Search(FoldedRun run, long untilSeq, int t) {
      this.run = run;
      this.untilSeq = untilSeq;
      this.t = t;
    }

    @Nullable World find(@Nullable String agentId) {
      String agent = agentId;
      if (agent == null) {
        SequencedEvent begun = readFirst();
        if (begun == null) {
          return null;
        }
        first = begun;
        agent = begun.agentId();
      }
      return newest(matcher(Set.of(agent)));
    }

    private EventMatcher matcher(Set<String> agents) {
      return new EventMatcher(Set.of(EventKind.TURN_START), agents, t, t);
    }

    private @Nullable SequencedEvent readFirst() {
      PartReader part = new PartReader(history, run.runId(), 0, untilSeq);
      EventMatcher anyAgent = matcher(Set.of());
      while (!part.isRead()) {
        Page page = part.read(anyAgent, PageSize.ONE, true);
        if (page != null && !page.events().isEmpty()) {
          return page.events().get(0);
        }
        if (page != null) {
          part.advance(page);
        }
      }
      return null;
    }

    private @Nullable World newest(EventMatcher matcher) {
      KnownRun inMemory = ancestors.findInMemory(run.runId());
      long restSeq = untilSeq;
      while (inMemory != null && inMemory.tail() != null) {
        TailLast last = inMemory.tail().readLast(restSeq, matcher);
        restSeq = last.restSeq();
        if (last.event() == null) {
          break;
        }
        World world = world(last.event());
        if (world != null) {
          return world;
        }
      }
      return restSeq == 0 ? null : newestPersisted(restSeq, matcher);
    }

    private @Nullable World newestPersisted(long lastSeq, EventMatcher matcher) {
      long restSeq = lastSeq;
      while (restSeq > 0) {
        List<EventPlace> places = ancestors.readLastPlaces(run.runId(), restSeq, matcher);
        for (EventPlace place : places) {
          SequencedEvent event = read(place);
          World world = event == null ? null : world(event);
          if (world != null) {
            return world;
          }
        }
        boolean isLast = places.size() < PageSize.MANY.eventsMax();
        restSeq = isLast ? 0 : places.get(places.size() - 1).seq() - 1;
      }
      return null;
    }

    private @Nullable SequencedEvent read(EventPlace place) {
      return first != null && first.seq() == place.seq()
          ? first
          : TurnWorlds.this.read(run.runId(), new Cursor(place.seq() - 1, place.position()));
    }

    private @Nullable World world(SequencedEvent event) {
      hasSeenOne = true;
      return World.of(run, event);
    }
  }

  /**
   * A world as a turn begins. Immutable.
   *
   * @param holder the run whose event it is: the one asked for, or an ancestor
   * @param agentId empty where it is nobody's turn
   */
  public record World(
      FoldedRun holder, long seq, int t, String agentId, WorldStateSnapshot snapshot) {

    /** Returns what an event holds, or null if that is no world. */
    private static @Nullable World of(FoldedRun run, SequencedEvent event) {
      Event parsed = event.parse().getEvent();
      WorldStateSnapshot snapshot =
          parsed.hasFork() ? parsed.getFork().getSnapshot() : parsed.getTurnStart().getSnapshot();
      return snapshot.getBodyCase() == BodyCase.BODY_NOT_SET
          ? null
          : new World(run, event.seq(), event.t(), event.agentId(), snapshot);
    }

    /** Returns whether it is the world that a fork began with. */
    public boolean isStartOfFork() {
      return holder.parent() != null && seq == 1;
    }
  }
}
