package dev.eider.it.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.eider.it.Scale;
import dev.eider.it.testkit.Rule;
import dev.eider.it.testkit.workload.Tally;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A fixed set of lives, {@code -Deider.sim.seeds=N} of them; and the bugs that they must show. */
@Timeout(3_600)
class SimulationTest {
  private static final int SEEDS = Scale.of("eider.sim.seeds", 2_000, 10_000);

  /** What must have happened somewhere, else the lives were too quiet to prove anything. */
  private static final List<String> HAPPENED =
      List.of(
          "losses of power",
          "losses of power that took or tore something",
          "kills",
          "clean stops",
          "crashes while starting",
          "failed writes",
          "failed forces",
          "full disks",
          "segments trimmed",
          "store failures",
          "store reopenings",
          "store commits that looked failed",
          "store write-ahead logs cut",
          Tally.REPEATED,
          Tally.DOUBTS,
          Tally.PUT_OFF,
          "notices: FELL_BEHIND",
          "notices: CAUGHT_UP",
          "filtered reads",
          "all runs: FELL_BEHIND",
          "all runs: CAUGHT_UP",
          "all runs: HEARTBEAT",
          "cold blocks of all runs",
          "mirrors cut off",
          "mirrors that have it all",
          "streams cancelled",
          "streams cut",
          "forks",
          "runs closed",
          "runs deleted",
          "runs deleted that forks inherit from",
          "streams ended by a deletion",
          "timelines read",
          "kept pages");

  @Test
  void shouldKeepEveryPromiseInEveryLife() {
    // given
    Results results = new Results();

    // when
    LongStream.range(0, SEEDS)
        .parallel()
        .mapToObj(seed -> Life.of(seed, Mutant.NONE))
        .forEach(life -> results.add(life, System.out));

    // then
    System.out.printf("SimulationTest: %d lives%n%s", results.lives, results.tally);
    assertThat(results.isBroken).as("a promise was broken; see above").isFalse();
    HAPPENED.forEach(event -> assertThat(results.tally.count(event)).as(event).isPositive());
  }

  @Test
  void shouldLiveTheSameLifeAgain() {
    for (long seed = 0; seed < 5; seed++) {
      assertThat(Life.of(seed, Mutant.NONE).tally().toString())
          .as("seed %d", seed)
          .isEqualTo(Life.of(seed, Mutant.NONE).tally().toString());
    }
  }

  @ParameterizedTest
  @EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void shouldFindABug(Mutant mutant) {
    for (long seed = 0; seed < SEEDS; seed++) {
      Throwable broken = Life.of(seed, mutant).broken();
      if (broken != null) {
        System.out.printf("SimulationTest: %s is found by seed %d: %s%n", mutant, seed, broken);
        assertThat(broken).isInstanceOf(AssertionError.class);
        assertThat(expected(mutant))
            .anyMatch(
                rule ->
                    String.valueOf(broken.getMessage())
                        .toUpperCase(Locale.ROOT)
                        .startsWith(rule.name()));
        return;
      }
    }
    fail("none of %d seeds shows %s", SEEDS, mutant);
  }

  private static Set<Rule> expected(Mutant mutant) {
    return switch (mutant) {
      case NONE -> Set.of();
      // A store that is ahead of the log keeps the daemon from starting, and rightly.
      case ACK_BEFORE_FORCE -> EnumSet.of(Rule.ACKED_IS_STORED, Rule.SEQ_REUSED, Rule.STARTS);
      case VISIBLE_BEFORE_DURABLE ->
          EnumSet.of(Rule.SEEN_IS_KEPT, Rule.SEQ_REUSED, Rule.LOG_ORDER, Rule.STARTS);
      case NO_PRODUCER_TABLE -> EnumSet.of(Rule.STORED_ONCE);
      case POSITION_OUTSIDE_TRANSACTION -> EnumSet.of(Rule.ROW_ONCE, Rule.STARTS, Rule.NO_DEFECT);
      case SEQ_REUSED_AFTER_RESTART ->
          EnumSet.of(
              Rule.ACKED_IS_STORED, Rule.SEQ_REUSED, Rule.ROW_ONCE, Rule.NO_DEFECT, Rule.STARTS);
      // A run that is back is another one to whoever knew it, or nobody ever hears of its end.
      case DELETIONS_NOT_PERSISTED, DELETED_IDS_FORGOTTEN ->
          EnumSet.of(
              Rule.DELETED_STAYS_GONE,
              Rule.SEEN_IS_KEPT,
              Rule.SEQ_REUSED,
              Rule.ACKED_IS_STORED,
              Rule.ROW_ONCE,
              Rule.NO_DEFECT,
              Rule.STARTS,
              Rule.LIVENESS);
    };
  }
}
