package dev.eider.server.fork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import dev.eider.server.run.BrokerException;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.ForkRequest;
import dev.eider.v1.JsonPatch;
import dev.eider.v1.WorldStateSnapshot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class SnapshotMutationTest {
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
    assertThat(SnapshotMutation.apply(WORLD, PLAIN)).isEqualTo(WORLD);
    assertThat(SnapshotMutation.apply(OPAQUE, PLAIN)).isEqualTo(OPAQUE);
    assertThat(SnapshotMutation.describe(PLAIN)).isEmpty();
  }

  @Test
  void shouldChangeTheState() {
    assertThat(SnapshotMutation.apply(WORLD, MERGE).getState())
        .isEqualTo(Json.struct("{'gold':5,'axe':true}"));
    assertThat(SnapshotMutation.apply(WORLD, PATCH).getState())
        .isEqualTo(Json.struct("{'gold':1}"));
    assertThat(WORLD.getState()).isEqualTo(Json.struct("{'gold':1,'axe':true}"));
  }

  @Test
  void shouldReplaceEitherByEither() {
    ForkRequest replacement = ForkRequest.newBuilder().setReplacement(OPAQUE).build();
    assertThat(SnapshotMutation.apply(WORLD, replacement)).isEqualTo(OPAQUE);
    assertThat(
            SnapshotMutation.apply(OPAQUE, ForkRequest.newBuilder().setReplacement(WORLD).build()))
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
        BrokerException.class, () -> SnapshotMutation.apply(snapshot, request));
  }
}
