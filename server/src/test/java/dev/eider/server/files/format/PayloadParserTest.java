package dev.eider.server.files.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Value;
import dev.eider.server.event.EncodedEvent;
import dev.eider.server.event.EventKind;
import dev.eider.server.store.row.PayloadJson;
import dev.eider.v1.Event;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
final class PayloadParserTest {
  private static final String RESPONSE =
      "{\"kind\":\"llm_response\",\"actions\":[],\"reasoning\":\"\",\"cost_usd\":0.5%s}";

  private static Event parse(String json) throws PayloadException {
    Event.Builder event = Event.newBuilder();
    PayloadParser.parse(json, event);
    return event.build();
  }

  private static Map<String, Value> attributes(Event event) {
    return event.getAttributes().getFieldsMap();
  }

  /** Each has every field that there is, in the order in which it is written. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"kind\":\"observation\",\"entity_count\":1,\"classes\":[],\"text\":\"you see\"}",
        "{\"kind\":\"llm_prompt\",\"state_summary\":\"s\",\"messages\":[{\"role\":\"user\"}]}",
        "{\"kind\":\"llm_response\",\"actions\":[],\"reasoning\":\"r\",\"cost_usd\":0.5,"
            + "\"model\":\"openai/gpt-4o\",\"input_tokens\":12,\"output_tokens\":3,"
            + "\"latency_ms\":1.5}",
        "{\"kind\":\"action_result\",\"index_in_turn\":0,\"action_type\":\"dig\","
            + "\"state_changed\":false,\"output\":[1,null],\"error\":\"no\"}"
      })
  void shouldReadWhatThisDaemonWrites(String json) throws Exception {
    Event event = parse(json);
    assertThat(attributes(event)).isEmpty();
    assertThat(new String(PayloadJson.of(event, 100), StandardCharsets.UTF_8)).isEqualTo(json);
  }

  @Test
  void shouldReadWhatAForkChanged() throws Exception {
    Event mutation =
        parse(
            "{\"kind\":\"world_mutation\",\"before_summary\":\"\",\"after_summary\":\"\","
                + "\"reason\":\"\",\"merge_patch\":{\"gold\":null},\"json_patch\":"
                + "[{\"op\":\"add\"}],\"replacement\":true}");
    assertThat(attributes(mutation)).isEmpty();
    assertThat(mutation.getWorldMutation().getMergePatch().getFieldsMap()).containsKey("gold");
    assertThat(mutation.getWorldMutation().getJsonPatchCount()).isEqualTo(1);
    assertThat(mutation.getWorldMutation().getReplacement()).isTrue();

    Event fork =
        parse(
            "{\"kind\":\"fork\",\"parent_run_id\":\"p\",\"parent_t\":1,\"mutation_summary\":\"\","
                + "\"parent_seq\":7,\"snapshot\":{\"gold\":1}}");
    assertThat(attributes(fork)).isEmpty();
    assertThat(fork.getFork().getParentSeq()).isEqualTo(7);
    assertThat(fork.getFork().getSnapshot().getState().getFieldsMap()).containsKey("gold");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "model | 5",
        "input_tokens | -1",
        "input_tokens | 1.5",
        "output_tokens | \"many\"",
        "latency_ms | -0.5",
        "model | null",
        "finish_reason | \"stop\"",
        "logprobs | [{\"a\":[1]}]"
      })
  void shouldKeepAmongAttributesWhatIsNoFieldOrOfAnotherType(String name, String value)
      throws Exception {
    Event event = parse(RESPONSE.formatted(",\"" + name + "\":" + value));
    assertThat(attributes(event)).containsOnlyKeys(name);
    String attributes = new String(PayloadJson.attributes(event, 100), StandardCharsets.UTF_8);
    assertThat(attributes).isEqualTo("{\"" + name + "\":" + value + "}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"kind\": \"dance\", \"steps\": 9007199254740993, \"with\": [\"b\u00e9a\"]}",
        "{\"kind\":\"unknown\"}",
        "{ \"x\": 1.0, \"kind\": \"Metric\" }"
      })
  void shouldKeepTheTextOfAKindThatIsNoneOfTheNine(String json) throws Exception {
    Event.Builder builder = Event.newBuilder();
    assertThat(PayloadParser.parse(json, builder)).isZero();
    Event event = builder.build();
    assertThat(EventKind.of(event)).isEqualTo(EventKind.UNKNOWN);
    assertThat(EncodedEvent.decode(event.toByteArray()).kind()).isEqualTo(EventKind.UNKNOWN);
    assertThat(attributes(event)).containsOnlyKeys("kind", "payload_json");
    assertThat(attributes(event).get("payload_json").getStringValue()).isEqualTo(json);
    assertThat(event.getUnknownFields().asMap()).containsOnlyKeys(999);
  }

  @ParameterizedTest
  @CsvSource({
    "9007199254740992, 0",
    "9007199254740993, 1",
    "-9007199254740993, 1",
    "3360000000000000000, 0",
    "9223372036854775807, 1",
    "18446744073709551616, 0",
    "18446744073709551617, 1",
    "1.5, 0",
    "9007199254740993.0, 0"
  })
  void shouldCountTheIntegersThatLoseDigits(String number, long inexactCount) throws Exception {
    String json =
        "{\"kind\":\"turn_start\",\"turn_num\":0,\"snapshot\":{\"a\":[{\"id\":%s}]}}"
            .formatted(number);
    assertThat(PayloadParser.parse(json, Event.newBuilder())).isEqualTo(inexactCount);
  }

  @Test
  void shouldNameAForksParentByTheIdThatItGetsHere() throws Exception {
    Event event =
        parse(
            "{\"kind\":\"fork\",\"parent_run_id\":\"synth:0\",\"parent_t\":1,"
                + "\"mutation_summary\":\"\"}");
    assertThat(event.getFork().getParentRunId()).isEqualTo(MappedRunIds.idOf("synth:0"));
    // The same in every build: it is what links a fork to its parent in another file.
    assertThat(MappedRunIds.idOf("synth:0")).isEqualTo("synth_0-6bff50cf8257eb78");
    assertThat(attributes(event).get("original_parent_run_id").getStringValue())
        .isEqualTo("synth:0");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"kind\":\"metric\",\"name\":\"n\",\"value\":null} | value must be a number; it is null",
        "{\"kind\":\"metric\",\"name\":\"n\",\"value\":NaN} | is no JSON",
        "{\"kind\":\"metric\",\"name\":\"\\ud83c\",\"value\":1} | surrogate",
        "{\"kind\":\"metric\",\"name\":\"n\",\"value\":1,\"\\uDFB2\":1} | surrogate",
        "{\"kind\":1} | kind must be a string",
        "{\"name\":\"n\"} | kind is missing"
      })
  void shouldNameWhatItRefuses(String json, String problem) {
    assertThat(catchThrowableOfType(PayloadException.class, () -> parse(json)))
        .hasMessageContaining(problem);
  }

  @Test
  void shouldTakeACharacterOfTwoEscapes() throws Exception {
    Event event = parse("{\"kind\":\"metric\",\"name\":\"\\ud83c\\udfb2\",\"value\":1}");
    assertThat(event.getMetric().getName()).isEqualTo("\ud83c\udfb2");
  }
}
