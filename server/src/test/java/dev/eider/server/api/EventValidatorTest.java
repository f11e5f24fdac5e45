package dev.eider.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.Value;
import dev.eider.server.base.BrokerException;
import dev.eider.server.run.RunView;
import dev.eider.server.run.Samples;
import dev.eider.v1.ActionResultPayload;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.Event;
import dev.eider.v1.ForkPayload;
import dev.eider.v1.LlmPromptPayload;
import dev.eider.v1.LlmResponsePayload;
import dev.eider.v1.MetricPayload;
import dev.eider.v1.ObservationPayload;
import dev.eider.v1.WorldMutationPayload;
import dev.eider.v1.WorldStateSnapshot;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
final class EventValidatorTest {
  private static final long NOW_US = 1_767_225_600_123_456L;
  private static final String DIE = "\ud83c\udfb2";
  private static final Struct INFINITE = struct(number(Double.POSITIVE_INFINITY));

  @Test
  void shouldFillInWhatIsMissing() {
    // given
    Event bare = Event.newBuilder().setMetric(MetricPayload.newBuilder().setName("score")).build();

    // when
    Event completed = EventValidator.complete(bare, 0, NOW_US);

    // then
    assertThat(completed.getTs()).isEqualTo(RunView.timestamp(NOW_US));
    assertThat(completed.getSchemaVersion()).isEqualTo(1);
    assertThat(completed.getMetric()).isEqualTo(bare.getMetric());
  }

  @Test
  void shouldNotTouchWhatIsComplete() {
    Event event = Samples.metric("ada", 4).toBuilder().setSchemaVersion(9).build();
    assertThat(EventValidator.complete(event, 0, NOW_US)).isSameAs(event);
  }

  @Test
  void shouldSortClassesOnce() {
    Event event = observation("wolf", "axe", "wolf");
    Event completed = EventValidator.complete(event, 0, NOW_US);
    assertThat(completed.getObservation().getClassesList()).containsExactly("axe", "wolf");
    assertThat(EventValidator.complete(completed, 0, NOW_US)).isSameAs(completed);
  }

  @Test
  void shouldLetThroughAKindThatItDoesNotKnow() {
    Event event = Samples.base("", 0).setUnknownFields(field(77)).build();
    assertThat(EventValidator.complete(event, 0, NOW_US)).isSameAs(event);
  }

  @ParameterizedTest
  @ValueSource(longs = {-62_135_596_800L, 253_402_300_799L})
  void shouldAllowTheFirstAndTheLastSecond(long seconds) {
    assertThat(EventValidator.isValid(Timestamp.newBuilder().setSeconds(seconds).build())).isTrue();
    long outside = seconds < 0 ? seconds - 1 : seconds + 1;
    assertThat(EventValidator.isValid(Timestamp.newBuilder().setSeconds(outside).build()))
        .isFalse();
  }

  /** Besides those that BadInputIT sends to a daemon. */
  static Stream<Arguments> badEvents() {
    Event.Builder metric = Samples.metric("ada", 1).toBuilder();
    return Stream.of(
        Arguments.of("agent_id", metric.clone().setAgentId("x".repeat(129))),
        Arguments.of("agent_id", metric.clone().setAgentId(DIE.repeat(129))),
        Arguments.of("agent_id", metric.clone().setAgentId("a\tb")),
        Arguments.of("agent_id", metric.clone().setAgentId("a\u0085b")),
        Arguments.of("agent_id", metric.clone().setAgentId("a\u2028b")),
        Arguments.of("agent_id", metric.clone().setAgentId("a\ud83cb")),
        Arguments.of("schema_version", metric.clone().setSchemaVersion(Integer.MIN_VALUE)),
        Arguments.of("schema_version", metric.clone().setSchemaVersion(-1)),
        Arguments.of(
            "action_result.output",
            Samples.base("", 0)
                .setActionResult(ActionResultPayload.newBuilder().setOutput(list(INFINITE)))));
  }

  static Stream<Arguments> badModelPayloads() {
    return Stream.of(
        Arguments.of(
            "llm_response.input_tokens",
            Samples.base("", 0).setLlmResponse(LlmResponsePayload.newBuilder().setInputTokens(-1))),
        Arguments.of(
            "llm_response.output_tokens",
            Samples.base("", 0)
                .setLlmResponse(LlmResponsePayload.newBuilder().setOutputTokens(Long.MIN_VALUE))),
        Arguments.of(
            "llm_response.latency_ms",
            Samples.base("", 0).setLlmResponse(LlmResponsePayload.newBuilder().setLatencyMs(-0.5))),
        Arguments.of(
            "llm_response.latency_ms",
            Samples.base("", 0)
                .setLlmResponse(LlmResponsePayload.newBuilder().setLatencyMs(0.0 / 0))),
        Arguments.of(
            "llm_prompt.messages[0]",
            Samples.base("", 0).setLlmPrompt(LlmPromptPayload.newBuilder().addMessages(INFINITE))),
        Arguments.of(
            "world_mutation.json_patch[1]",
            Samples.base("", 0)
                .setWorldMutation(
                    WorldMutationPayload.newBuilder()
                        .addJsonPatch(struct(number(1)))
                        .addJsonPatch(INFINITE))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "openai/gpt-4o",
        "gpt-4o:latest",
        "Claude Opus 4 (high)",
        "\u5c0f\u660e",
        "\ufdd0"
      })
  void shouldTakeAnyPrintableTextAsAnAgent(String agentId) {
    Event event = Samples.metric("ada", 1).toBuilder().setAgentId(agentId).build();
    assertThat(EventValidator.complete(event, 0, NOW_US).getAgentId()).isEqualTo(agentId);
  }

  @Test
  void shouldCountTheCharactersOfAnAgentAsPeopleDo() {
    Event.Builder event = Samples.metric("ada", 1).toBuilder();
    Event longest = event.setAgentId(DIE.repeat(128)).build();
    assertThat(EventValidator.complete(longest, 0, NOW_US).getAgentId()).hasSize(256);
  }

  @ParameterizedTest
  @MethodSource({"badEvents", "badModelPayloads"})
  void shouldNameTheFieldAtFault(String field, Event.Builder event) {
    // when
    BrokerException refusal =
        catchThrowableOfType(
            BrokerException.class, () -> EventValidator.complete(event.build(), 3, NOW_US));

    // then
    assertThat(refusal.reason()).isEqualTo(ErrorReason.ERROR_REASON_INVALID_EVENT);
    assertThat(refusal.field()).isEqualTo("events[3]." + field);
    assertThat(refusal.metadata()).containsEntry("field", "events[3]." + field);
    assertThat(refusal.text()).startsWith("events[3]." + field + ": ");
  }

  private static ForkPayload.Builder fork() {
    return ForkPayload.newBuilder().setParentRunId("game-1");
  }

  @Test
  void shouldNeedABodyInASnapshotOfARequest() {
    WorldStateSnapshot empty = WorldStateSnapshot.getDefaultInstance();
    BrokerException refusal =
        catchThrowableOfType(
            BrokerException.class, () -> EventValidator.checkSnapshot(empty, "replacement"));
    assertThat(refusal.reason()).isEqualTo(ErrorReason.ERROR_REASON_INVALID_REQUEST);
    assertThat(refusal.field()).isEqualTo("replacement.body");
  }

  @Test
  void shouldNameStructsAndValuesOfARequest() {
    assertThat(fieldOf(() -> EventValidator.checkStruct(INFINITE, "merge_patch")))
        .isEqualTo("merge_patch");
    assertThat(fieldOf(() -> EventValidator.checkValue(number(0.0 / 0).build(), "ops[0].value")))
        .isEqualTo("ops[0].value");
    EventValidator.checkStruct(struct(list(struct(number(1)))), "merge_patch");
  }

  private static String fieldOf(Runnable check) {
    return String.valueOf(catchThrowableOfType(BrokerException.class, check::run).field());
  }

  private static Event observation(String... classes) {
    return Samples.base("", 0)
        .setObservation(ObservationPayload.newBuilder().addAllClasses(List.of(classes)))
        .build();
  }

  private static UnknownFieldSet field(int number) {
    return UnknownFieldSet.newBuilder()
        .addField(number, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
        .build();
  }

  private static Value.Builder number(double value) {
    return Value.newBuilder().setNumberValue(value);
  }

  private static Value.Builder list(Struct item) {
    return Value.newBuilder()
        .setListValue(ListValue.newBuilder().addValues(Value.newBuilder().setStructValue(item)));
  }

  private static Struct struct(Value.Builder value) {
    return Struct.newBuilder().putFields("x", value.build()).build();
  }
}
