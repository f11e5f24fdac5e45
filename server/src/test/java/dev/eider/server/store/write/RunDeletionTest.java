package dev.eider.server.store.write;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.server.event.RunDigest;
import dev.eider.server.event.RunId;
import dev.eider.server.run.Parent;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.StoreFixture;
import dev.eider.server.store.StoreRows;
import dev.eider.server.store.TestEvents;
import dev.eider.v1.RunOutcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What deleted runs leave in DuckDB. */
@Timeout(60)
class RunDeletionTest extends StoreFixture {

  @Test
  void shouldEraseWhatTheSameTransactionWrote() throws StoreException {
    play("gone", null);
    log.delete("gone");
    persist();
    requireNoTrace("gone");
  }

  @Test
  void shouldDoItOnceThoughRepeated() throws StoreException {
    play("gone", null);
    persist();
    log.forget("gone").delete("gone");
    persist();
    log.forget("gone").delete("gone");
    persist();
    requireNoTrace("gone");
  }

  @Test
  void shouldKeepAWholeLineageUntilItsLastForkGoes() throws StoreException {
    // given
    play("a", null);
    play("b", parent("a", 4));
    play("c", parent("b", 2));
    play("d", parent("a", 2));
    persist();

    // when
    for (String runId : List.of("b", "a")) {
      log.forget(runId).delete(runId);
    }
    persist();

    // then
    assertThat(timeline("c"))
        .containsExactly("a 1", "a 2", "a 3", "b 1", "c 1", "c 2", "c 3", "c 4");
    assertThat(timeline("d")).containsExactly("a 1", "d 1", "d 2", "d 3", "d 4");

    // when
    log.forget("c").delete("c");
    persist();

    // then
    requireNoTrace("b");
    requireNoTrace("c");
    assertThat(timeline("d")).containsExactly("a 1", "d 1", "d 2", "d 3", "d 4");
    log.forget("d").delete("d");
    persist();
    requireNoTrace("a");
  }

  @Test
  void shouldKeepAnAncestorOpenedAndDeletedInOneTransaction() throws StoreException {
    play("a", null);
    play("b", parent("a", 3));
    log.delete("a");
    persist();
    assertThat(timeline("b")).startsWith("a 1", "a 2", "b 1");
    assertThat(count("runs", "a") + count("events", "a")).isZero();
  }

  @Test
  void shouldKeepDeletionsThroughAReopening() throws StoreException {
    play("gone", null);
    persist();
    log.forget("gone").delete("gone");
    persist();
    reopen(config());
    requireNoTrace("gone");
    assertThat(store.reader().findDeleted(Set.of(new RunId("gone")))).hasSize(1);
    List<byte[]> deleted = new ArrayList<>();
    store.reader().readIds(0, 1, (runId, requestId) -> {}, deleted::add);
    byte[] hash = RunDigest.hash("gone".getBytes(UTF_8));
    assertThat(deleted).containsExactly(Arrays.copyOf(hash, 16));
  }

  private void play(String runId, Parent parent) {
    log.open(runId, Map.of("of", "test"), "", parent);
    for (int t = 1; t <= 4; t++) {
      log.publish(runId, TestEvents.metric("ada", t, "score", t));
    }
    log.close(runId, RunOutcome.RUN_OUTCOME_COMPLETED);
  }

  private static Parent parent(String runId, long seq) {
    return new Parent(new RunId(runId), (int) seq, seq, new RunId(runId));
  }

  private void requireNoTrace(String runId) throws StoreException {
    for (String table : List.of("runs", "events", "kept_runs", "kept_events")) {
      assertThat(count(table, runId)).as(table).isZero();
    }
    assertThat(store.reader().findKept(new RunId(runId))).isNull();
  }

  private long count(String table, String runId) throws StoreException {
    return (Long)
        StoreRows.value(store, "SELECT count(*) FROM " + table + " WHERE run_id = ?", runId);
  }
}
