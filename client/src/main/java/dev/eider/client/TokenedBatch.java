package dev.eider.client;

import com.google.protobuf.ByteString;
import dev.eider.v1.EventEnvelope;
import java.util.List;

/**
 * Some events of all runs, in the order of the daemon's log. Immutable.
 *
 * @param events possibly none, where a filter left out all there was
 * @param resumeToken where to go on after them
 */
public record TokenedBatch(List<EventEnvelope> events, ByteString resumeToken) {
  public TokenedBatch {
    events = List.copyOf(events);
  }
}
