package dev.eider.server.store.write;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.server.store.StoreException;
import dev.eider.server.store.StoreFixture;
import dev.eider.server.store.StoreRows;
import dev.eider.server.store.TestEvents;
import dev.eider.server.store.connection.StoreConfig;
import dev.eider.v1.Event;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class CheckpointsTest extends StoreFixture {
  private static final int MEMORY_LIMIT_BYTES = 128 << 20;
  private static final int LARGE_BYTES = 200_000;
  private static final int PER_BATCH = 40;

  @Override
  protected StoreConfig config() {
    return config(MEMORY_LIMIT_BYTES);
  }

  @Test
  void shouldTakeAndReadMoreLargeEventsThanThereIsMemory() throws Exception {
    // given
    log.open("run");
    Event event = TestEvents.prompt("agent", 1, "x".repeat(LARGE_BYTES));
    int count = 0;
    int checkpoints = 0;

    // when
    while ((long) count * LARGE_BYTES < 2L * MEMORY_LIMIT_BYTES) {
      for (int i = 0; i < PER_BATCH; i++) {
        log.publish("run", event);
      }
      count += PER_BATCH;
      persist();
      if (store.needsCheckpoint()) {
        assertThat(store.checkpoint()).isTrue();
        assertThat(store.needsCheckpoint()).isFalse();
        checkpoints++;
      }
    }
    assertThat(store.checkpoint()).isTrue();

    // then
    assertThat(checkpoints).isGreaterThan(1);
    long text =
        number("SELECT sum(octet_length(encode(payload_json ->> 'state_summary'))) FROM events");
    assertThat(text).isEqualTo((long) count * LARGE_BYTES);
  }

  @Test
  void shouldNeedNoCheckpointForSmallEvents() throws Exception {
    log.open("run");
    for (int i = 0; i < 1_000; i++) {
      log.publish("run", TestEvents.prompt("agent", i, "x".repeat(10_000)));
    }
    persist();
    assertThat(store.needsCheckpoint()).isFalse();
  }

  @Test
  void shouldLeaveFewDeadRowsOfRuns() throws Exception {
    // given
    int runs = 4_000;
    for (int i = 0; i < runs; i++) {
      log.open("run-" + i);
    }
    persist();

    // when one of them rests, and the others go on
    for (int turn = 0; turn < 8; turn++) {
      for (int i = 1; i < runs; i++) {
        log.publish("run-" + i, TestEvents.prompt("agent", turn, ""));
      }
      persist();
      assertThat(store.checkpoint()).isTrue();
    }

    // then
    assertThat(number("SELECT count(*) FROM runs")).isEqualTo(runs);
    assertThat(number("SELECT count(DISTINCT run_id) FROM runs WHERE head_seq = 8"))
        .isEqualTo(runs - 1);
    assertThat(number("SELECT estimated_size FROM duckdb_tables() WHERE table_name = 'runs'"))
        .as("dead rows as well")
        .isLessThanOrEqualTo(10_000 + 3 * runs);
  }

  private long number(String sql) throws StoreException {
    return Long.parseLong(String.valueOf(StoreRows.value(store, sql)));
  }
}
