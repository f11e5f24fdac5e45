package dev.eider.server.fork;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.eider.v1.ForkRequest;
import dev.eider.v1.JsonPatch;
import dev.eider.v1.WorldStateSnapshot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(30)
final class MutationSummaryTest {
  private static final WorldBounds BOUNDS = new WorldBounds(100_000_000);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'gold':100}                     | {'gold':500}               | gold: 100 -> 500",
        "{'agents':{'ada':{'gold':100}}}  | {'agents':{'ada':{'gold':5}}} "
            + "| agents.ada.gold: 100 -> 5",
        "{}                               | {'x':3}                    | x: absent -> 3",
        "{'x':3,'y':1}                    | {'x':null}                 | x: 3 -> absent",
        "{'b':1,'a':true}                 | {'a':false,'b':1.5} | a: true -> false, b: 1 -> 1.5",
        "{'n':'ada'}                      | {'n':['b',{}]}       | n: \"ada\" -> [\"b\",{}]",
        "{'l':[1,{'hp':2}]}               | {'l':[1,{'hp':3}]}         | l.1.hp: 2 -> 3",
      })
  void shouldSayValuesOfASmallPatch(String before, String patch, String text) {
    assertThat(merged(before, patch).mutation()).isEqualTo(text);
    assertThat(merged(before, patch).after()).isEqualTo(text);
  }

  @Test
  void shouldSayTheValuesBefore() {
    assertThat(merged("{'gold':100,'axe':1}", "{'gold':500,'axe':null,'b':2}").before())
        .isEqualTo("axe: 1, b: absent, gold: 100");
  }

  @Test
  void shouldPutTheCallersWordsFirst() {
    ForkRequest request =
        ForkRequest.newBuilder()
            .setMutationSummary("rich")
            .setMergePatch(Json.struct("{'gold':5}"))
            .build();
    MutationSummary summary = of(request, Json.struct("{'gold':1}"));

    assertThat(summary.mutation()).isEqualTo("rich");
    assertThat(summary.after()).isEqualTo("rich: gold: 1 -> 5");
  }

  @Test
  void shouldSayValuesOfAJsonPatchAndOfAReplacement() {
    ForkRequest patch =
        ForkRequest.newBuilder()
            .setJsonPatch(JsonPatch.newBuilder().addOps(Json.op("{'op':'remove','path':'/a'}")))
            .build();
    ForkRequest replacement = ForkRequest.newBuilder().setReplacement(world("{'a':2}")).build();

    assertThat(of(patch, Json.struct("{'a':1}")).mutation()).isEqualTo("a: 1 -> absent");
    assertThat(of(replacement, Json.struct("{'a':1}")).mutation()).isEqualTo("a: 1 -> 2");
  }

  @Test
  void shouldSayNothingOfNoMutation() {
    assertThat(of(ForkRequest.getDefaultInstance(), Json.struct("{}")).mutation()).isEmpty();
  }

  @Test
  void shouldSayNamesOfManyOrLongValuesOrOfNone() {
    Struct.Builder many = Struct.newBuilder();
    for (int i = 0; i < 10_000; i++) {
      many.putFields("name-" + i, Value.newBuilder().setBoolValue(true).build());
    }
    Struct text =
        Struct.newBuilder()
            .putFields("t", Value.newBuilder().setStringValue("x".repeat(5_000_000)).build())
            .build();

    MutationSummary ofMany =
        of(ForkRequest.newBuilder().setMergePatch(many).build(), Json.struct("{}"));
    MutationSummary ofLong =
        of(ForkRequest.newBuilder().setMergePatch(text).build(), Json.struct("{'t':1}"));

    assertThat(ofMany.mutation()).hasSizeLessThan(1_100).startsWith("merge patch").endsWith("...");
    assertThat(ofMany.after()).hasSizeLessThan(2_200).endsWith(", ...");
    assertThat(ofLong.mutation()).isEqualTo("merge patch of t");
    assertThat(ofLong.before()).isEqualTo("state with t");
    assertThat(merged("{'a':1}", "{'a':1}").mutation()).isEqualTo("merge patch of a");
  }

  @Test
  void shouldSayHowLargeAnOpaqueWorldIs() {
    WorldStateSnapshot save =
        WorldStateSnapshot.newBuilder().setOpaque(ByteString.copyFromUtf8("save")).build();
    ForkRequest request = ForkRequest.newBuilder().setReplacement(world("{'a':1}")).build();

    MutationSummary summary = MutationSummary.of(request, save, request.getReplacement());

    assertThat(summary.before()).isEqualTo("opaque, bytes: 4");
    assertThat(summary.after()).isEqualTo("replacement: state with a");
  }

  private static MutationSummary merged(String before, String patch) {
    return of(
        ForkRequest.newBuilder().setMergePatch(Json.struct(patch)).build(), Json.struct(before));
  }

  private static MutationSummary of(ForkRequest request, Struct before) {
    WorldStateSnapshot old = WorldStateSnapshot.newBuilder().setState(before).build();
    return MutationSummary.of(request, old, SnapshotMutation.apply(old, request, BOUNDS));
  }

  private static WorldStateSnapshot world(String json) {
    return WorldStateSnapshot.newBuilder().setState(Json.struct(json)).build();
  }
}
