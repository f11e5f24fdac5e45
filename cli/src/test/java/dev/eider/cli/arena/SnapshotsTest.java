package dev.eider.cli.arena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.eider.v1.Event;
import dev.eider.v1.WorldStateSnapshot;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
final class SnapshotsTest {

  @Test
  void shouldReadBackEveryWorldOfAGame() throws Exception {
    // given
    List<Event> events = new ArrayList<>();
    World end = Game.play(Game.opening(), events::add);
    List<WorldStateSnapshot> snapshots =
        events.stream()
            .filter(Event::hasTurnStart)
            .map(event -> event.getTurnStart().getSnapshot())
            .toList();

    // then
    assertThat(snapshots).hasSize(Game.TURNS);
    assertThat(Snapshots.read(snapshots.get(0))).isEqualTo(Game.opening());
    assertThat(Snapshots.read(Snapshots.write(end))).isEqualTo(end);
    for (WorldStateSnapshot snapshot : snapshots) {
      WorldStateSnapshot stored = WorldStateSnapshot.parseFrom(snapshot.toByteArray());
      assertThat(Snapshots.write(Snapshots.read(stored))).isEqualTo(snapshot);
    }
  }

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
