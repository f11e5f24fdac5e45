package dev.eider.server.read;

import dev.eider.server.event.SequencedEvent;
import dev.eider.v1.SubscribeAllResponse;
import java.util.List;

/** A stream of all runs' events, with notices between them. */
public interface LogSink extends NoticeSink<SubscribeAllResponse> {
  /**
   * Sends events, at least one, in the order of the log.
   *
   * @param resumeToken the place after them; nobody changes it
   */
  void events(List<SequencedEvent> events, byte[] resumeToken);
}
