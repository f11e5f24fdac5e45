package dev.eider.server.fork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.eider.server.base.BrokerException;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.ForkRequest;
import dev.eider.v1.JsonPatch;
import dev.eider.v1.WorldStateSnapshot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class SnapshotMutationTest {
  private static final WorldBounds BOUNDS = new WorldBounds(1_000_000);
  private static final WorldStateSnapshot WORLD =
      WorldStateSnapshot.newBuilder().setState(Json.struct("{'gold':1,'axe':true}")).build();
  private static final WorldStateSnapshot OPAQUE =
      WorldStateSnapshot.newBuilder()
          .setOpaque(ByteString.copyFromUtf8("save"))
          .setMediaType("application/x-save")
          .build();
  private static final ForkRequest PLAIN = ForkRequest.getDefaultInstance();
  private static final ForkRequest MERGE =
      ForkRequest.newBuilder().setMergePatch(Json.struct("{'gold':5}")).build();
  private static final ForkRequest PATCH =
      ForkRequest.newBuilder()
          .setJsonPatch(JsonPatch.newBuilder().addOps(Json.op("{'op':'remove','path':'/axe'}")))
          .build();

  @Test
  void shouldTakeTheWorldOverAsItWas() {
    assertThat(SnapshotMutation.apply(WORLD, PLAIN, BOUNDS)).isEqualTo(WORLD);
    assertThat(SnapshotMutation.apply(OPAQUE, PLAIN, BOUNDS)).isEqualTo(OPAQUE);
    assertThat(SnapshotMutation.describe(PLAIN)).isEmpty();
  }

  @Test
  void shouldChangeTheState() {
    assertThat(SnapshotMutation.apply(WORLD, MERGE, BOUNDS).getState())
        .isEqualTo(Json.struct("{'gold':5,'axe':true}"));
    assertThat(SnapshotMutation.apply(WORLD, PATCH, BOUNDS).getState())
        .isEqualTo(Json.struct("{'gold':1}"));
    assertThat(WORLD.getState()).isEqualTo(Json.struct("{'gold':1,'axe':true}"));
  }

  @Test
  void shouldReplaceEitherByEither() {
    ForkRequest replacement = ForkRequest.newBuilder().setReplacement(OPAQUE).build();
    assertThat(SnapshotMutation.apply(WORLD, replacement, BOUNDS)).isEqualTo(OPAQUE);
    assertThat(
            SnapshotMutation.apply(
                OPAQUE, ForkRequest.newBuilder().setReplacement(WORLD).build(), BOUNDS))
        .isEqualTo(WORLD);
  }

  @Test
  void shouldNotPatchWhatIsOpaque() {
    for (ForkRequest request : new ForkRequest[] {MERGE, PATCH}) {
      BrokerException refusal = refusal(OPAQUE, request);
      assertThat(refusal.reason()).isEqualTo(ErrorReason.ERROR_REASON_SNAPSHOT_OPAQUE);
      assertThat(refusal.text()).contains("application/x-save");
    }
  }

  @Test
  void shouldSayWhichOperationDoesNotApply() {
    WorldStateSnapshot empty = WorldStateSnapshot.newBuilder().setState(Json.struct("{}")).build();
    BrokerException refusal = refusal(empty, PATCH);
    assertThat(refusal.reason()).isEqualTo(ErrorReason.ERROR_REASON_MUTATION_INVALID);
    assertThat(refusal.field()).isEqualTo("json_patch");
    assertThat(refusal.text()).contains("operation 0 (remove)");
  }

  @Test
  void shouldDescribeForPeople() {
    assertThat(SnapshotMutation.describe(MERGE)).isEqualTo("merge patch of gold");
    assertThat(SnapshotMutation.describe(PATCH)).isEqualTo("JSON patch, operations: 1");
    assertThat(SnapshotMutation.describe(MERGE.toBuilder().setMutationSummary("rich").build()))
        .isEqualTo("rich");
    assertThat(SnapshotMutation.describe(WORLD)).isEqualTo("state with axe, gold");
    assertThat(SnapshotMutation.describe(OPAQUE)).isEqualTo("opaque, bytes: 4");
  }

  private static BrokerException refusal(WorldStateSnapshot snapshot, ForkRequest request) {
    return catchThrowableOfType(
        BrokerException.class, () -> SnapshotMutation.apply(snapshot, request, BOUNDS));
  }

  @Test
  void shouldKeepTheDescriptionOfManyNamesShort() {
    Struct.Builder many = Struct.newBuilder();
    for (int i = 0; i < 10_000; i++) {
      many.putFields("name-" + i, Value.newBuilder().setBoolValue(true).build());
    }

    String merge = SnapshotMutation.describe(ForkRequest.newBuilder().setMergePatch(many).build());
    String state =
        SnapshotMutation.describe(WorldStateSnapshot.newBuilder().setState(many).build());

    assertThat(merge).hasSizeLessThan(1_100).endsWith(", ...");
    assertThat(state).hasSizeLessThan(1_100).endsWith(", ...");
  }

  @Test
  void shouldRefuseAMergeThatIsTooLarge() {
    WorldBounds small = new WorldBounds(10);
    Throwable thrown = catchThrowable(() -> SnapshotMutation.apply(WORLD, MERGE, small));

    assertThat(thrown).isInstanceOf(BrokerException.class).hasMessageContaining("merge_patch");
  }
}
