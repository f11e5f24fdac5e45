package dev.eider.cli;

import dev.eider.v1.Event;
import dev.eider.v1.EventEnvelope;
import java.io.PrintWriter;
import java.util.function.Consumer;

/**
 * Prints a selection of events as they arrive: of the first player's first turn everything, later
 * the turns' beginnings, what changed hands and that player's score. Owned by the tail's thread
 * until that has ended.
 */
final class TailPrinter implements Consumer<EventEnvelope> {
  private final PrintWriter out;
  private final String detailedAgent;
  private int shown;

  /** Makes a printer that shows all of turn 0 of {@code detailedAgent}. */
  TailPrinter(PrintWriter out, String detailedAgent) {
    this.out = out;
    this.detailedAgent = detailedAgent;
  }

  @Override
  public void accept(EventEnvelope envelope) {
    if (isShown(envelope.getEvent())) {
      out.println(EventLine.of(envelope));
      out.flush();
      shown++;
    }
  }

  int shown() {
    return shown;
  }

  private boolean isShown(Event event) {
    return switch (event.getPayloadCase()) {
      case TURN_START, WORLD_MUTATION, FORK -> true;
      case METRIC -> event.getAgentId().equals(detailedAgent);
      case ACTION_RESULT -> EventLine.gained(event) > 0 || isDetailed(event);
      case OBSERVATION, LLM_PROMPT, LLM_RESPONSE, ACTION -> isDetailed(event);
      case PAYLOAD_NOT_SET -> false;
    };
  }

  private boolean isDetailed(Event event) {
    return event.getT() == 0 && event.getAgentId().equals(detailedAgent);
  }
}
