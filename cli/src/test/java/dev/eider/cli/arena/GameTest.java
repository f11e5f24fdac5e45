package dev.eider.cli.arena;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.v1.Event;
import dev.eider.v1.Event.PayloadCase;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(10)
final class GameTest {

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
  void shouldEndTheSameFromAnySnapshot(int turn) {
    // given
    Played original = play(Game.opening());
    int begin = startOf(turn, original.events());

    // when
    Played branch = play(Snapshots.read(original.events().get(begin).getTurnStart().getSnapshot()));

    // then
    List<Event> rest = original.events().subList(begin, original.events().size());
    assertThat(branch).isEqualTo(new Played(rest, original.end()));
  }

  @Test
  void shouldTellEveryStep() {
    // when
    List<Event> events = play(Game.opening()).events();

    // then
    int decisions = Game.TURNS * Game.players().size();
    assertThat(count(events, PayloadCase.TURN_START)).isEqualTo(Game.TURNS);
    assertThat(count(events, PayloadCase.OBSERVATION)).isEqualTo(decisions);
    assertThat(count(events, PayloadCase.LLM_PROMPT)).isEqualTo(decisions);
    assertThat(count(events, PayloadCase.LLM_RESPONSE)).isEqualTo(decisions);
    assertThat(count(events, PayloadCase.ACTION))
        .isGreaterThanOrEqualTo(decisions)
        .isEqualTo(count(events, PayloadCase.ACTION_RESULT));
    assertThat(count(events, PayloadCase.METRIC)).isEqualTo(Game.players().size());
    assertThat(events).noneMatch(Event::hasTs);
    assertThat(events)
        .filteredOn(Event::hasLlmResponse)
        .allMatch(event -> event.getLlmResponse().getCostUsd() > 0);
  }

  private static Played play(World world) {
    List<Event> events = new ArrayList<>();
    World end = Game.play(world, events::add);
    return new Played(events, end);
  }

  private static int startOf(int turn, List<Event> events) {
    for (int i = 0; i < events.size(); i++) {
      if (events.get(i).hasTurnStart() && events.get(i).getT() == turn) {
        return i;
      }
    }
    throw new AssertionError("no turn " + turn);
  }

  private static int count(List<Event> events, PayloadCase kind) {
    return (int) events.stream().filter(event -> event.getPayloadCase() == kind).count();
  }

  private record Played(List<Event> events, World end) {}
}
