package dev.eider.cli.arena;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.eider.v1.WorldStateSnapshot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
final class SnapshotsTest {

  @Test
  void shouldSayWhatIsWrongWithASnapshot() {
    // given
    Struct state = Snapshots.write(Game.opening()).getState();
    Value half = Value.newBuilder().setNumberValue(0.5).build();

    // then
    assertThatThrownBy(() -> read(state.toBuilder().removeFields("nuggets").build()))
        .hasMessage("the snapshot has no \"nuggets\"");
    assertThatThrownBy(() -> read(state.toBuilder().putFields("turn", half).build()))
        .hasMessage("\"turn\" in the snapshot is no whole number");
    assertThatThrownBy(() -> read(Struct.getDefaultInstance()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static World read(Struct state) {
    return Snapshots.read(WorldStateSnapshot.newBuilder().setState(state).build());
  }
}
