package dev.eider.client;

import com.google.protobuf.ByteString;
import dev.eider.v1.EventEnvelope;
import java.util.List;

/**
 * A batch of events of any runs, in the order of the daemon's log. Immutable.
 *
 * @param events the events; may be empty, for example if a filter left all of them out
 * @param resumeToken the token to resume after these events
 * @param caughtUp whether everything durable so far has been returned; set in a batch without
 *     events, the first time and each time it becomes true again
 */
public record TokenedBatch(List<EventEnvelope> events, ByteString resumeToken, boolean caughtUp) {
  public TokenedBatch {
    events = List.copyOf(events);
  }
}
