package dev.eider.server.event;

import dev.eider.v1.Event;
import dev.eider.v1.Event.PayloadCase;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/** The names of payload kinds, as SQL and filters use them. */
public final class EventKind {
  public static final String TURN_START = "turn_start";
  public static final String OBSERVATION = "observation";
  public static final String LLM_PROMPT = "llm_prompt";
  public static final String LLM_RESPONSE = "llm_response";
  public static final String ACTION = "action";
  public static final String ACTION_RESULT = "action_result";
  public static final String WORLD_MUTATION = "world_mutation";
  public static final String FORK = "fork";
  public static final String METRIC = "metric";

  /** The kind of a payload that a newer client published and this daemon does not know. */
  public static final String UNKNOWN = "unknown";

  /** Every kind, {@link #UNKNOWN} included. */
  public static final Set<String> ALL =
      Arrays.stream(PayloadCase.values())
          .map(EventKind::of)
          .collect(Collectors.toUnmodifiableSet());

  private EventKind() {}

  /** Returns an event's kind. */
  public static String of(Event event) {
    return of(event.getPayloadCase());
  }

  /** Returns whether a field of Event is a payload that this daemon knows. */
  static boolean isPayload(int fieldNumber) {
    return fieldNumber != 0 && PayloadCase.forNumber(fieldNumber) != null;
  }

  /** Returns the kind of a payload by its field in Event. */
  static String of(int fieldNumber) {
    return of(PayloadCase.forNumber(fieldNumber));
  }

  private static String of(PayloadCase payload) {
    return switch (payload) {
      case TURN_START -> TURN_START;
      case OBSERVATION -> OBSERVATION;
      case LLM_PROMPT -> LLM_PROMPT;
      case LLM_RESPONSE -> LLM_RESPONSE;
      case ACTION -> ACTION;
      case ACTION_RESULT -> ACTION_RESULT;
      case WORLD_MUTATION -> WORLD_MUTATION;
      case FORK -> FORK;
      case METRIC -> METRIC;
      case PAYLOAD_NOT_SET -> UNKNOWN;
    };
  }
}
