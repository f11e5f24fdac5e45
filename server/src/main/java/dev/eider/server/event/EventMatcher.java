package dev.eider.server.event;

import dev.eider.v1.EventFilter;
import java.util.Set;

/**
 * A filter over events, in the form both memory and SQL apply. Immutable.
 *
 * @param kinds empty for every kind
 * @param agentIds empty for every agent
 * @param tMin inclusive
 * @param tMax inclusive
 */
public record EventMatcher(Set<String> kinds, Set<String> agentIds, int tMin, int tMax) {
  /** Matches everything. */
  public static final EventMatcher ALL =
      new EventMatcher(Set.of(), Set.of(), Integer.MIN_VALUE, Integer.MAX_VALUE);

  public EventMatcher {
    kinds = Set.copyOf(kinds);
    agentIds = Set.copyOf(agentIds);
  }

  /** Takes over a filter that has been checked. */
  public static EventMatcher of(EventFilter filter) {
    return new EventMatcher(
        Set.copyOf(filter.getKindsList()),
        Set.copyOf(filter.getAgentIdsList()),
        filter.hasTMin() ? filter.getTMin() : Integer.MIN_VALUE,
        filter.hasTMax() ? filter.getTMax() : Integer.MAX_VALUE);
  }

  /** Returns whether every event matches. */
  public boolean matchesAll() {
    return equals(ALL);
  }

  /** Returns whether an event matches. */
  public boolean matches(SequencedEvent event) {
    return event.t() >= tMin
        && event.t() <= tMax
        && (kinds.isEmpty() || kinds.contains(event.kind()))
        && (agentIds.isEmpty() || agentIds.contains(event.agentId()));
  }
}
