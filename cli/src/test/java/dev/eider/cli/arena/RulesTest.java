package dev.eider.cli.arena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
final class RulesTest {
  private static final Cell NUGGET = new Cell(1, 0);

  @Test
  void shouldGiveNuggetToWhoDigsItUp() {
    World world = world(new Prospector("ada", NUGGET, 1, 2));

    Rules.Outcome outcome = Rules.apply(world, "ada", new Action.Dig(NUGGET));

    assertThat(outcome.gained()).isEqualTo(5);
    assertThat(outcome.world().goldOf("ada")).isEqualTo(6);
    assertThat(outcome.world().nuggets()).isEmpty();
  }

  @Test
  void shouldChangeNothingWhenDiggingElsewhere() {
    World world = world(new Prospector("ada", new Cell(0, 0), 1, 2));

    Rules.Outcome here = Rules.apply(world, "ada", new Action.Dig(new Cell(0, 0)));
    Rules.Outcome there = Rules.apply(world, "ada", new Action.Dig(NUGGET));

    assertThat(List.of(here.world(), there.world())).containsOnly(world);
  }

  @Test
  void shouldWalkNoFurtherThanSpeed() {
    World world = world(new Prospector("ada", new Cell(0, 0), 0, 2));

    World near = Rules.apply(world, "ada", new Action.Move(new Cell(1, 1))).world();
    World far = Rules.apply(world, "ada", new Action.Move(new Cell(2, 1))).world();

    assertThat(near.prospector("ada").cell()).isEqualTo(new Cell(1, 1));
    assertThat(far).isEqualTo(world);
  }

  @Test
  void shouldRobOnlyNeighboursAndOnlySoMuch() {
    // given
    Prospector rich = new Prospector("ada", new Cell(0, 0), 10, 2);
    Prospector poor = new Prospector("bo", new Cell(0, 2), 1, 2);
    Prospector robber = new Prospector("dot", new Cell(0, 1), 0, 2);
    Prospector afar = new Prospector("eve", new Cell(2, 2), 0, 2);
    World world = world(rich, poor, robber, afar);

    // when
    World robbedRich = Rules.apply(world, "dot", new Action.Rob("ada")).world();
    World robbedPoor = Rules.apply(world, "dot", new Action.Rob("bo")).world();

    // then
    assertThat(robbedRich.goldOf("ada")).isEqualTo(10 - Rules.LOOT_MAX);
    assertThat(robbedRich.goldOf("dot")).isEqualTo(Rules.LOOT_MAX);
    assertThat(robbedPoor.goldOf("dot")).isEqualTo(1);
    assertThat(Rules.apply(world, "eve", new Action.Rob("ada")).world()).isEqualTo(world);
    assertThat(Rules.apply(world, "ada", new Action.Rob("ada")).world()).isEqualTo(world);
  }

  @Test
  void shouldStrewTheSameNuggetsWhateverThePlayersDid() {
    // given
    World world = Rules.opening(3);
    World played = Rules.apply(world, "ada", new Action.Move(new Cell(1, 1))).world();

    // when
    World next = Rules.nextTurn(world);
    World nextPlayed = Rules.nextTurn(played);

    // then
    assertThat(nextPlayed.nuggets()).isEqualTo(next.nuggets());
    assertThat(next.goldOnField()).isGreaterThan(world.goldOnField());
    assertThat(Rules.opening(4).nuggets()).isNotEqualTo(world.nuggets());
  }

  @Test
  void shouldRefuseWorldsThatCannotBe() {
    assertThatThrownBy(() -> world(new Prospector("ada", new Cell(3, 0), 0, 2)))
        .hasMessage("(3,0) is off the 3 x 3 field");
    assertThatThrownBy(() -> new Prospector("ada", NUGGET, -1, 2))
        .hasMessage("ada cannot have gold -1");
    assertThatThrownBy(() -> new Prospector("ada", NUGGET, 0, 0))
        .hasMessage("ada cannot have speed 0");
  }

  @Test
  void shouldWalkSidewaysFirst() {
    Cell from = new Cell(2, 2);

    assertThat(from.towards(new Cell(0, 0), 3)).isEqualTo(new Cell(0, 1));
    assertThat(from.towards(new Cell(3, 4), 2)).isEqualTo(new Cell(3, 3));
    assertThat(from.towards(from, 2)).isEqualTo(from);
  }

  private static World world(Prospector... prospectors) {
    Map<String, Prospector> byName = new TreeMap<>();
    for (Prospector prospector : prospectors) {
      byName.put(prospector.name(), prospector);
    }
    return new World(1, 0, 3, 3, new TreeMap<>(byName), new TreeMap<>(Map.of(NUGGET, 5)));
  }
}
