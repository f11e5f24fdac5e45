package dev.eider.server.read;

import dev.eider.server.event.SequencedEvent;
import java.util.List;

/**
 * A stream of one run's events, with something else between them.
 *
 * @param <N> what is sent besides events
 */
public interface EventSink<N> extends NoticeSink<N> {
  /** Sends events, at least one, in seq order. */
  void events(List<SequencedEvent> events);
}
