package dev.eider.server.store;

import dev.eider.server.event.EncodedEvent;
import dev.eider.server.event.RunId;
import dev.eider.v1.Event;

/**
 * An event on its way into the events table. Immutable.
 *
 * @param position the log position of the record that carries it
 */
public record EventRow(long position, RunId runId, long seq, EncodedEvent encoded) {
  /**
   * Decodes the event; not kept, since a batch of decoded events is several times its encoded size.
   */
  public Event event() {
    return EncodedEvent.parseStored(encoded.bytes());
  }
}
