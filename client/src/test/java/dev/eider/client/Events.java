package dev.eider.client;

import dev.eider.v1.Event;
import dev.eider.v1.LlmPromptPayload;
import dev.eider.v1.MetricPayload;

/** Events for tests. */
final class Events {
  private Events() {}

  static Event metric(int t) {
    return Event.newBuilder()
        .setAgentId("ada")
        .setT(t)
        .setMetric(MetricPayload.newBuilder().setName("score").setValue(t))
        .build();
  }

  static Event large(int t, int chars) {
    return Event.newBuilder()
        .setT(t)
        .setLlmPrompt(LlmPromptPayload.newBuilder().setStateSummary("x".repeat(chars)))
        .build();
  }
}
