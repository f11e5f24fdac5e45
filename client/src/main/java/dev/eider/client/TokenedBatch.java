package dev.eider.client;

import com.google.protobuf.ByteString;
import dev.eider.v1.EventEnvelope;
import java.util.List;

/**
 * Some events of all runs, in the order of the daemon's log. Immutable.
 *
 * @param events possibly none, where a filter left out all there was
 * @param resumeToken where to go on after them
 * @param caughtUp whether everything durable so far has been handed out with this; told without
 *     events, at the beginning and whenever it becomes true again
 */
public record TokenedBatch(List<EventEnvelope> events, ByteString resumeToken, boolean caughtUp) {
  public TokenedBatch {
    events = List.copyOf(events);
  }
}
