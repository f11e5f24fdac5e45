package dev.eider.it.query;

import dev.eider.it.Events;
import dev.eider.it.RecordedRun;
import dev.eider.v1.Event;
import java.util.ArrayList;
import java.util.List;

/** Adds to recorded runs what they lack, by rule: models, tokens, latency, tools that fail. */
final class Enrichment {
  private static final List<String> MODELS = List.of("m-large", "m-small", "openai/gpt-4o");
  private static final int FAILING = 7;

  private Enrichment() {}

  static RecordedRun of(RecordedRun run) {
    List<Event> events = new ArrayList<>();
    for (Event event : run.events()) {
      events.add(enriched(event, run.runId().hashCode() + events.size()));
    }
    return new RecordedRun(run.runId(), run.labels(), events);
  }

  private static Event enriched(Event event, int number) {
    Event.Builder more = event.toBuilder();
    int tokens = Math.floorMod(number, 1_000);
    String model = MODELS.get(Math.floorMod(number, MODELS.size()));
    if (event.hasLlmResponse() && number % 2 == 0) {
      more.getLlmResponseBuilder()
          .setModel(model)
          .setInputTokens(tokens)
          .setOutputTokens(1)
          .setLatencyMs(tokens / 2.0);
    } else if (event.hasLlmResponse()) {
      more.getAttributesBuilder()
          .putFields("gen_ai.request.model", Events.text(model))
          .putFields("gen_ai.usage.input_tokens", Events.number(tokens))
          .putFields("gen_ai.usage.output_tokens", Events.number(1))
          .putFields("gen_ai.request.temperature", Events.number(0.5));
    } else if (event.hasActionResult()) {
      more.getActionResultBuilder().setOutput(Events.text("output " + number));
      if (number % FAILING == 0) {
        more.getActionResultBuilder().setError("error " + number);
      }
    }
    return more.build();
  }

  /** Returns the model that an event's rule gave it. */
  static String model(Event event) {
    return event.getLlmResponse().hasModel()
        ? event.getLlmResponse().getModel()
        : event.getAttributes().getFieldsOrThrow("gen_ai.request.model").getStringValue();
  }

  /** Returns the tokens that the model read. */
  static long inputTokens(Event event) {
    return event.getLlmResponse().hasInputTokens()
        ? event.getLlmResponse().getInputTokens()
        : (long)
            event.getAttributes().getFieldsOrThrow("gen_ai.usage.input_tokens").getNumberValue();
  }
}
