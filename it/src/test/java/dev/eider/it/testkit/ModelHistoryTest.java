package dev.eider.it.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.it.testkit.ModelBroker.Defect;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The checker is quiet about a sound broker and names the defect of each unsound one. */
@Timeout(60)
class ModelHistoryTest {
  private static final int SEEDS = 200;

  @Test
  void shouldFindNothingWrongWithASoundBroker() {
    for (long seed = 0; seed < SEEDS; seed++) {
      History history = new ModelRun(Defect.NONE, seed).play();

      assertThat(RuleBook.violations(history)).as("seed %d", seed).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "ACK_BEFORE_FORCE, ACKED_IS_STORED",
    "ACK_BEFORE_FORCE, SEQ_REUSED",
    "NO_PRODUCER_TABLE, STORED_ONCE",
    "VISIBLE_BEFORE_DURABLE, SEEN_IS_KEPT",
    "VISIBLE_BEFORE_DURABLE, SEQ_REUSED",
    "POSITION_OUTSIDE_TRANSACTION, STORED_ONCE",
    "POSITION_OUTSIDE_TRANSACTION, SEQS_CONTIGUOUS",
    "SEQ_REUSED, SEQ_REUSED",
    "LAST_RECORD_LOST, ACKED_IS_STORED",
    "RECORD_TORN, ALL_OR_NONE",
    "BATCH_REORDERED, ACKED_AT_ITS_SEQ",
  })
  void shouldNameTheDefect(Defect defect, Rule rule) {
    Set<Rule> broken = EnumSet.noneOf(Rule.class);
    int caught = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      Set<Rule> rules =
          RuleBook.violations(new ModelRun(defect, seed).play()).stream()
              .map(Violation::rule)
              .collect(Collectors.toSet());
      broken.addAll(rules);
      caught += rules.isEmpty() ? 0 : 1;
    }

    assertThat(broken).contains(rule);
    assertThat(caught).as("histories out of %d that give it away", SEEDS).isGreaterThan(SEEDS / 2);
  }
}
