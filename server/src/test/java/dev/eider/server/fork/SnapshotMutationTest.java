package dev.eider.server.fork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.ListValue;
import com.google.protobuf.Value;
import dev.eider.server.base.BrokerException;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.ForkRequest;
import dev.eider.v1.JsonPatch;
import dev.eider.v1.JsonPatchOp;
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

  private static BrokerException refusal(WorldStateSnapshot snapshot, ForkRequest request) {
    return catchThrowableOfType(
        BrokerException.class, () -> SnapshotMutation.apply(snapshot, request, BOUNDS));
  }

  @Test
  void shouldRefuseAPatchThatNoEventCouldCarry() {
    Value deep = Value.newBuilder().setBoolValue(true).build();
    for (int i = 0; i < 50; i++) {
      deep = Value.newBuilder().setListValue(ListValue.newBuilder().addValues(deep)).build();
    }
    JsonPatchOp test =
        JsonPatchOp.newBuilder().setOp("test").setPath("/gold").setValue(deep).build();
    ForkRequest request =
        ForkRequest.newBuilder().setJsonPatch(JsonPatch.newBuilder().addOps(test)).build();

    BrokerException refusal = refusal(WORLD, request);

    assertThat(refusal.reason()).isEqualTo(ErrorReason.ERROR_REASON_MUTATION_INVALID);
    assertThat(refusal.text()).contains("recorded", "96");
  }

  @Test
  void shouldRefuseAMergeThatIsTooLarge() {
    WorldBounds small = new WorldBounds(10);
    Throwable thrown = catchThrowable(() -> SnapshotMutation.apply(WORLD, MERGE, small));

    assertThat(thrown).isInstanceOf(BrokerException.class).hasMessageContaining("merge_patch");
  }
}
