package dev.eider.cli;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.eider.cli.arena.Game;
import dev.eider.cli.arena.Player;
import dev.eider.cli.arena.Snapshots;
import dev.eider.cli.arena.World;
import dev.eider.v1.Event;
import dev.eider.v1.EventEnvelope;
import dev.eider.v1.LlmResponsePayload;
import dev.eider.v1.WorldMutationPayload;
import java.util.Locale;
import java.util.stream.Collectors;

/** Words an event as one line: seq, t, agent, kind, what happened. Thread-safe. */
final class EventLine {
  static final String HEAD = line("seq", "t", "agent", "kind", "what happened");
  private static final int TEXT_MAX = 70;

  static String of(EventEnvelope envelope) {
    Event event = envelope.getEvent();
    String agent = event.getAgentId().isEmpty() ? "-" : event.getAgentId();
    return line(
        Long.toString(envelope.getSeq()),
        Integer.toString(event.getT()),
        agent,
        event.getPayloadCase().name().toLowerCase(Locale.ROOT),
        shorten(summary(event)));
  }

  /** Returns what an action won, as the game's own attribute of its result says. */
  static double gained(Event event) {
    return event
        .getAttributes()
        .getFieldsOrDefault("gained", Value.getDefaultInstance())
        .getNumberValue();
  }

  private static String line(String seq, String t, String agent, String kind, String text) {
    return String.format(Locale.ROOT, "%6s %3s  %-5s  %-14s  %s", seq, t, agent, kind, text);
  }

  private static String summary(Event event) {
    return switch (event.getPayloadCase()) {
      case TURN_START -> turnStart(event);
      case OBSERVATION ->
          "sees %s: %s"
              .formatted(
                  event.getObservation().getEntityCount(),
                  String.join(", ", event.getObservation().getClassesList()));
      case LLM_PROMPT -> event.getLlmPrompt().getStateSummary();
      case LLM_RESPONSE -> response(event.getLlmResponse());
      case ACTION -> type(event.getAction().getAction());
      case ACTION_RESULT -> story(event);
      case WORLD_MUTATION -> mutation(event.getWorldMutation());
      case FORK ->
          "from " + event.getFork().getParentRunId() + " at turn " + event.getFork().getParentT();
      case METRIC ->
          "%s = %.0f".formatted(event.getMetric().getName(), event.getMetric().getValue());
      case PAYLOAD_NOT_SET -> "";
    };
  }

  private static String turnStart(Event event) {
    World world = Snapshots.read(event.getTurnStart().getSnapshot());
    String gold =
        Game.players().stream()
            .map(Player::name)
            .map(name -> name + " " + world.goldOf(name))
            .collect(Collectors.joining(", "));
    return "%s; %d gold on the field".formatted(gold, world.goldOnField());
  }

  private static String response(LlmResponsePayload response) {
    String actions =
        response.getActionsList().stream().map(EventLine::type).collect(Collectors.joining(", "));
    return String.format(
        Locale.ROOT, "%s -> %s ($%.4f)", response.getReasoning(), actions, response.getCostUsd());
  }

  private static String mutation(WorldMutationPayload mutation) {
    return mutation.getAfterSummary() + " (" + mutation.getReason() + ")";
  }

  static String story(Event event) {
    return event.getAttributes().getFieldsOrThrow("story").getStringValue();
  }

  private static String type(Struct action) {
    return action.getFieldsOrThrow("type").getStringValue();
  }

  private static String shorten(String text) {
    return text.length() <= TEXT_MAX ? text : text.substring(0, TEXT_MAX - 3) + "...";
  }
}
