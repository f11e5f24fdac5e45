package dev.eider.server.store.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.server.event.RunId;
import dev.eider.server.run.Parent;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.StoreFixture;
import dev.eider.server.store.StoreRows;
import dev.eider.server.store.TestEvents;
import dev.eider.v1.RunOutcome;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ExpiredRunsTest extends StoreFixture {
  private static final long ANY = Long.MAX_VALUE;

  /** Closed in the order a, b, c, d; e is open; c was forked from a. */
  @BeforeEach
  void fill() throws StoreException {
    for (String runId : List.of("d", "b", "a", "e")) {
      play(runId, null);
    }
    play("c", new Parent(new RunId("a"), 1, 1, new RunId("a")));
    for (String runId : List.of("a", "b", "c", "d")) {
      log.close(runId, RunOutcome.RUN_OUTCOME_COMPLETED);
    }
    persist();
  }

  @Test
  void shouldFindTheOldButNotWhatForksNeed() throws StoreException {
    assertThat(expired(ANY, ANY, ANY)).containsExactly("b", "c", "d");
    assertThat(expired(log.run("c").closeTimeUs(), ANY, ANY)).containsExactly("b");
  }

  @Test
  void shouldFindTheOldestOfTooMany() throws StoreException {
    assertThat(expired(Long.MIN_VALUE, 2, ANY)).containsExactly("b");
    assertThat(expired(Long.MIN_VALUE, 1, ANY)).containsExactly("b", "c");
  }

  @Test
  void shouldFindTheOldestOfTooMuch() throws StoreException {
    long bytes =
        (Long)
            StoreRows.value(store, "SELECT sum(event_size)::BIGINT FROM events WHERE run_id = 'd'");
    assertThat(expired(Long.MIN_VALUE, ANY, 2 * bytes)).containsExactly("b");
    assertThat(expired(Long.MIN_VALUE, ANY, bytes - 1)).containsExactly("b", "c", "d");
  }

  @Test
  void shouldFindNoMoreThanAsked() throws StoreException {
    assertThat(store.expiredRuns().find(new ExpiredRuns.Bounds(ANY, ANY, ANY, 2))).hasSize(2);
  }

  private void play(String runId, Parent parent) {
    log.open(runId, Map.of(), "", parent);
    log.publish(runId, TestEvents.metric("ada", 1, "score", 1));
  }

  private List<String> expired(long closedBeforeUs, long runsMax, long bytesMax)
      throws StoreException {
    return store
        .expiredRuns()
        .find(new ExpiredRuns.Bounds(closedBeforeUs, runsMax, bytesMax, 100))
        .stream()
        .map(RunId::value)
        .toList();
  }
}
