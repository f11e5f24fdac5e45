package dev.eider.server.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.v1.ErrorReason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class WatchBudgetTest {
  private final WatchBudget budget = new WatchBudget(100);

  @Test
  void shouldRefuseTheWatchThatHoldsMoreThanItsShare() {
    // given two watches, of which one holds nearly all there may be
    budget.opened();
    budget.opened();
    for (int held = 1; held <= 99; held++) {
      assertThat(budget.take(held)).isTrue();
    }

    // when the other holds its first two
    assertThat(budget.take(1)).isTrue();
    assertThat(budget.take(2)).isTrue();

    // then the first may hold no more
    assertThat(budget.take(100)).isFalse();
    assertThat(budget.exceeded().reason()).isEqualTo(ErrorReason.ERROR_REASON_OVERLOADED);
    assertThat(budget.exceeded().metadata()).containsEntry("limit", "100");
  }

  @Test
  void shouldHaveRoomAgainForWhatWasSent() {
    budget.opened();
    for (int held = 1; held <= 100; held++) {
      assertThat(budget.take(held)).isTrue();
    }
    budget.give(100);
    assertThat(budget.take(101)).isTrue();
    budget.closed();
  }
}
