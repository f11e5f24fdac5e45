package dev.eider.server.store.row;

import static dev.eider.server.store.TestEvents.event;
import static dev.eider.server.store.TestEvents.metric;
import static dev.eider.server.store.TestEvents.number;
import static dev.eider.server.store.TestEvents.struct;
import static dev.eider.server.store.TestEvents.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.ListValue;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.Value;
import dev.eider.server.store.TestEvents;
import dev.eider.v1.ActionPayload;
import dev.eider.v1.Event;
import dev.eider.v1.MetricPayload;
import dev.eider.v1.TurnStartPayload;
import dev.eider.v1.WorldStateSnapshot;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(30)
class PayloadJsonTest {
  /** Payloads and their JSON, with ' for ". */
  static Stream<Arguments> payloads() {
    UnknownFieldSet newKind = UnknownFieldSet.newBuilder().addField(29, varint()).build();
    UnknownFieldSet newField = UnknownFieldSet.newBuilder().addField(15, varint()).build();
    return Stream.of(
        Arguments.of(
            event("red", 3).setTurnStart(TurnStartPayload.newBuilder().setTurnNum(3)).build(),
            "{'kind':'turn_start','turn_num':3,'snapshot':null,'profile_name':null}"),
        Arguments.of(
            TestEvents.observation("red", 0, 7, "ork", "tree"),
            "{'kind':'observation','entity_count':7,'classes':['ork','tree']}"),
        Arguments.of(
            TestEvents.observation("red", 0, 0),
            "{'kind':'observation','entity_count':0,'classes':[]}"),
        Arguments.of(
            TestEvents.prompt("red", 0, "low on gold"),
            "{'kind':'llm_prompt','state_summary':'low on gold'}"),
        Arguments.of(
            TestEvents.response(
                "red", 0, "dig", 0.0125, struct("type", text("dig")), struct("n", number(2))),
            "{'kind':'llm_response','actions':[{'type':'dig'},{'n':2}],"
                + "'reasoning':'dig','cost_usd':0.0125}"),
        Arguments.of(
            TestEvents.action("red", 0, 1, struct("type", text("dig"))),
            "{'kind':'action','index_in_turn':1,'action':{'type':'dig'}}"),
        Arguments.of(
            event("red", 0).setAction(ActionPayload.getDefaultInstance()).build(),
            "{'kind':'action','index_in_turn':0,'action':null}"),
        Arguments.of(
            TestEvents.actionResult("red", 0, 1, "dig", true),
            "{'kind':'action_result','index_in_turn':1,'action_type':'dig','state_changed':true}"),
        Arguments.of(
            TestEvents.mutation(0, "poor", "rich", "what if"),
            "{'kind':'world_mutation','before_summary':'poor','after_summary':'rich',"
                + "'reason':'what if'}"),
        Arguments.of(
            TestEvents.fork("game-1", 4, ""),
            "{'kind':'fork','parent_run_id':'game-1','parent_t':4,'mutation_summary':''}"),
        Arguments.of(metric("red", 0, "score", 3), "{'kind':'metric','name':'score','value':3.0}"),
        Arguments.of(
            metric("red", 0, "score", Double.NaN), "{'kind':'metric','name':'score','value':null}"),
        Arguments.of(
            event("red", 0)
                .setMetric(MetricPayload.newBuilder().setName("x").setUnknownFields(newField))
                .build(),
            "{'kind':'metric','name':'x','value':0.0}"),
        Arguments.of(event("red", 0).setUnknownFields(newKind).build(), "{'kind':'unknown'}"));
  }

  @ParameterizedTest
  @MethodSource("payloads")
  void shouldWriteEveryKindInTheOrderOfTheProto(Event event, String expected) {
    assertThat(json(event)).isEqualTo(expected.replace('\'', '"'));
  }

  @Test
  void shouldWriteStateAsTheSnapshotItself() {
    Struct state =
        Struct.newBuilder()
            .putFields("whole", number(3))
            .putFields("negative", number(-12))
            .putFields("fraction", number(0.25))
            .putFields("large", number(1e300))
            .putFields("text", text("a \"b\"\n\u0001 é漢😀"))
            .putFields("yes", Value.newBuilder().setBoolValue(true).build())
            .putFields("nothing", Value.newBuilder().setNullValue(NullValue.NULL_VALUE).build())
            .putFields("unset", Value.getDefaultInstance())
            .putFields("infinite", number(Double.POSITIVE_INFINITY))
            .putFields(
                "list",
                Value.newBuilder()
                    .setListValue(
                        ListValue.newBuilder()
                            .addValues(number(1))
                            .addValues(Value.newBuilder().setStructValue(struct("x", number(2)))))
                    .build())
            .build();
    assertThat(json(turnStart(WorldStateSnapshot.newBuilder().setState(state).build())))
        .isEqualTo(
            "{\"kind\":\"turn_start\",\"turn_num\":0,\"snapshot\":{\"whole\":3,\"negative\":-12,"
                + "\"fraction\":0.25,\"large\":1.0E300,\"text\":\"a \\\"b\\\"\\n\\u0001 é漢😀\","
                + "\"yes\":true,\"nothing\":null,\"unset\":null,\"infinite\":null,"
                + "\"list\":[1,{\"x\":2}]},\"profile_name\":\"gold\"}");
  }

  @Test
  void shouldWriteOpaqueSnapshotAsBase64() {
    WorldStateSnapshot snapshot =
        WorldStateSnapshot.newBuilder()
            .setOpaque(ByteString.copyFrom(new byte[] {0, 1, (byte) 0xff, (byte) 0xfe}))
            .setMediaType("application/x-save")
            .build();
    assertThat(json(turnStart(snapshot)))
        .isEqualTo(
            "{\"kind\":\"turn_start\",\"turn_num\":0,\"snapshot\":{\"opaque\":\"AAH//g==\","
                + "\"media_type\":\"application/x-save\"},\"profile_name\":\"gold\"}");
  }

  @Test
  void shouldWriteWhatAForkKeepsOfItsStart() {
    Event.Builder fork = TestEvents.fork("game-1", 4, "").toBuilder();
    fork.getForkBuilder().setParentSeq(9).getSnapshotBuilder().setState(struct("a", text("b")));
    Event.Builder patched = TestEvents.mutation(0, "", "", "").toBuilder();
    patched.getWorldMutationBuilder().setMergePatch(struct("a", text("b")));
    Event.Builder replaced = TestEvents.mutation(0, "", "", "").toBuilder();
    replaced
        .getWorldMutationBuilder()
        .addJsonPatch(struct("op", text("test")))
        .setReplacement(true);

    assertThat(json(fork.build())).endsWith(",\"parent_seq\":9,\"snapshot\":{\"a\":\"b\"}}");
    assertThat(json(patched.build())).endsWith("\"reason\":\"\",\"merge_patch\":{\"a\":\"b\"}}");
    assertThat(json(replaced.build()))
        .endsWith("\"reason\":\"\",\"json_patch\":[{\"op\":\"test\"}],\"replacement\":true}");
  }

  private static Event turnStart(WorldStateSnapshot snapshot) {
    return event("red", 0)
        .setTurnStart(TurnStartPayload.newBuilder().setSnapshot(snapshot).setProfileName("gold"))
        .build();
  }

  @Test
  void shouldWriteALargePayloadLikeASmallOne() {
    String text = "\u0001\u1234\uD83D\uDE00\"".repeat(200_000);

    String json = json(TestEvents.prompt("red", 0, text));

    String escaped = "\\u0001\u1234\uD83D\uDE00\\\"".repeat(200_000);
    assertThat(json).isEqualTo("{\"kind\":\"llm_prompt\",\"state_summary\":\"" + escaped + "\"}");
  }

  private static String json(Event event) {
    return new String(PayloadJson.of(event, event.getSerializedSize()), UTF_8);
  }

  private static UnknownFieldSet.Field varint() {
    return UnknownFieldSet.Field.newBuilder().addVarint(7).build();
  }
}
