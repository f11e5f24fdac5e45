package dev.eider.server.store.duckdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnknownFieldSet;
import dev.eider.server.base.Invariants.InvariantBroken;
import dev.eider.server.event.RunId;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.Parent;
import dev.eider.server.run.ProducerStamp;
import dev.eider.server.store.EventRow;
import dev.eider.server.store.PersistBatch;
import dev.eider.server.store.RunAssertions;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.StoreFixture;
import dev.eider.server.store.StoreRows;
import dev.eider.server.store.TestEvents;
import dev.eider.server.store.TestLog;
import dev.eider.server.store.connection.StoreConfig;
import dev.eider.server.store.row.EventDelta;
import dev.eider.v1.Event;
import dev.eider.v1.RunOutcome;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated("changes the time zone of this process")
@Timeout(60)
class DuckDbStoreTest extends StoreFixture {

  @Test
  void shouldRefuseToGoBack() throws StoreException {
    // given
    store.persist(new PersistBatch(List.of(), List.of(), 17));

    // when
    assertThatThrownBy(() -> store.persist(new PersistBatch(List.of(), List.of(), 16)))
        .isInstanceOf(InvariantBroken.class);

    // then
    store.reopen(0);
    assertThat(store.persistedPosition()).isEqualTo(17);
  }

  @Test
  void shouldFillTheSevenColumnsThatOldQueriesRead() throws StoreException {
    // given
    log.open("game-1")
        .publish("game-1", TestEvents.metric("red", 4, "score", 2))
        .publish("game-1", TestEvents.prompt("blue", 1, "late"));
    persist();

    // when
    List<List<Object>> rows =
        StoreRows.of(store, "SELECT * FROM main.events WHERE run_id=? ORDER BY t, rowid", "game-1");

    // then
    assertThat(rows)
        .extracting(row -> row.subList(0, 7))
        .containsExactly(
            List.of(
                "game-1",
                "blue",
                1,
                "llm_prompt",
                "{\"kind\":\"llm_prompt\",\"state_summary\":\"late\"}",
                LocalDateTime.of(2026, 1, 1, 0, 0, 1, 123_456_000),
                1),
            List.of(
                "game-1",
                "red",
                4,
                "metric",
                "{\"kind\":\"metric\",\"name\":\"score\",\"value\":2.0}",
                LocalDateTime.of(2026, 1, 1, 0, 0, 4, 123_456_000),
                1));
    assertThat(StoreRows.of(store, "SELECT column_name FROM (DESCRIBE main.events) LIMIT 9"))
        .extracting(row -> row.get(0))
        .containsExactly(
            "run_id",
            "agent_id",
            "t",
            "kind",
            "payload_json",
            "ts",
            "schema_version",
            "seq",
            "attributes");
  }

  @Test
  void shouldWriteUtcWhateverTheZone() throws StoreException {
    // given
    TimeZone before = TimeZone.getDefault();
    TimeZone.setDefault(TimeZone.getTimeZone("America/New_York"));
    try {
      // when
      log.open("game-1").publish("game-1", TestEvents.metric("red", 0, "score", 2));
      persist();

      // then
      assertThat(
              StoreRows.of(store, "SELECT epoch_us(ts), epoch_us(create_time) FROM events, runs"))
          .containsExactly(List.of(TestLog.BASE_US + 123_456, TestLog.BASE_US));
      RunAssertions.assertSame(store.openRuns().get(0), log.run("game-1"));
    } finally {
      TimeZone.setDefault(before);
    }
  }

  @Test
  void shouldNotBeHeldUpByATimeOutOfRange() throws StoreException {
    Event late =
        TestEvents.event("red", 0)
            .setTs(Timestamp.newBuilder().setSeconds(Long.MAX_VALUE).setNanos(-1))
            .build();
    log.open("game-1").publish("game-1", late);
    persist();
    assertThat(StoreRows.of(store, "SELECT year(ts) FROM events")).containsExactly(List.of(9999L));
  }

  @Test
  void shouldGiveBackTheVeryBytesOfAnUnknownKind() throws Exception {
    // given
    UnknownFieldSet newer =
        UnknownFieldSet.newBuilder()
            .addField(
                29,
                UnknownFieldSet.Field.newBuilder()
                    .addLengthDelimited(ByteString.copyFrom(new byte[] {0, 1, 2, 0}))
                    .build())
            .build();
    Event event = TestEvents.event("red", 0).setUnknownFields(newer).build();
    log.open("game-1").publish("game-1", event);

    // when
    persist();

    // then
    List<Object> row =
        StoreRows.of(store, "SELECT kind, event_rest, encode(payload_json), event_size FROM events")
            .get(0);
    assertThat(row.get(0)).isEqualTo("unknown");
    assertThat(EventDelta.restore((byte[]) row.get(1), (byte[]) row.get(2), (Integer) row.get(3)))
        .isEqualTo(event.toByteArray());
  }

  @Test
  void shouldReplaceTheRowsOfRunsThatChanged() throws StoreException {
    // given
    log.open("a").open("b").open("c");
    persist();

    // when
    log.publish("b", TestEvents.response("red", 5, "", 0.5))
        .close("b", RunOutcome.RUN_OUTCOME_ABANDONED);
    persist();

    // then
    assertThat(
            StoreRows.of(
                store,
                "SELECT run_id, state, outcome, head_seq, last_t, cost_usd FROM runs ORDER BY 1"))
        .containsExactly(
            Arrays.asList("a", "open", null, 0L, -1, 0.0),
            List.of("b", "closed", "abandoned", 1L, 5, 0.5),
            Arrays.asList("c", "open", null, 0L, -1, 0.0));
    RunAssertions.assertSame(store.reader().findRun(new RunId("b")), log.run("b"));
  }

  @Test
  void shouldRestoreOpenRunsAfterAReopening() throws StoreException {
    // given
    log.open("root", Map.of("arena", "gold", "", "é\0x", "empty", ""), "request-7", null)
        .publish(
            "root",
            new ProducerStamp("p", 2, 1),
            TestEvents.turnStart("red", 0),
            TestEvents.metric("red", 0, "score", 1))
        .publish("root", TestEvents.metric("red", 0, "score", 2))
        .publish("root", new ProducerStamp("p", 2, 3), TestEvents.metric("red", 0, "score", 3))
        .publish("root", new ProducerStamp("q", 0, 1), TestEvents.response("red", 1, "", 0.25))
        .open("child", Map.of(), "", new Parent(new RunId("root"), 0, 1, new RunId("root")))
        .open("done")
        .close("done", RunOutcome.RUN_OUTCOME_FAILED);
    persist();

    // when
    reopen(config());

    // then
    assertThat(store.persistedPosition()).isEqualTo(log.position());
    List<FoldedRun> open = store.openRuns();
    assertThat(open).hasSize(2);
    for (FoldedRun run : open) {
      RunAssertions.assertSame(run, log.run(run.runId().value()));
    }
    RunAssertions.assertSame(store.reader().findRun(new RunId("done")), log.run("done"));
  }

  @Test
  void shouldRefuseABatchOutOfOrder() throws StoreException {
    // given
    log.open("a").publish("a", TestEvents.prompt("", 0, "x"), TestEvents.prompt("", 0, "y"));
    PersistBatch batch = log.batch();
    List<EventRow> swapped = List.of(batch.events().get(1), batch.events().get(0));

    // when
    assertThatThrownBy(
            () -> store.persist(new PersistBatch(swapped, batch.runs(), batch.nextPosition())))
        .isInstanceOf(InvariantBroken.class);

    // then
    assertThatThrownBy(() -> store.persistedPosition()).hasMessage("store is being reopened");
    store.reopen(0);
    assertThat(StoreRows.of(store, "SELECT count(*) FROM events")).containsExactly(List.of(0L));
    store.persist(batch);
    assertThat(StoreRows.of(store, "SELECT count(*) FROM events")).containsExactly(List.of(2L));
  }

  @Test
  void shouldStayOpenAfterAWrongQuery() throws StoreException {
    assertThatThrownBy(() -> StoreRows.of(store, "SELECT nothing FROM nowhere"))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("nowhere");
    assertThatThrownBy(() -> StoreRows.of(store, "SELECT CAST('x' AS INTEGER)"))
        .isInstanceOf(StoreException.class);
    assertThat(StoreRows.of(store, "SELECT count(*) FROM events")).containsExactly(List.of(0L));
  }

  @Test
  void shouldEmptyTheWriteAheadLogWithACheckpoint() throws StoreException {
    log.open("a").publish("a", TestEvents.prompt("", 0, "x"));
    persist();
    store.checkpoint();
    assertThat(Path.of(config().file() + ".wal")).doesNotExist();
    assertThat(StoreRows.of(store, "SELECT count(*) FROM events")).containsExactly(List.of(1L));
  }

  @Test
  void shouldRefuseEverythingOnceClosed() {
    store.close();
    assertThatThrownBy(() -> store.persistedPosition()).hasMessage("store is closed");
    assertThatThrownBy(() -> store.persist(new PersistBatch(List.of(), List.of(), 1)))
        .hasMessage("store is closed");
  }

  @Test
  void shouldMakeAFileThatDuckDbOneFiveCanRead() throws StoreException {
    assertThat(
            StoreRows.of(
                store,
                "SELECT tags['storage_version'] FROM duckdb_databases()"
                    + " WHERE database_name = current_database()"))
        .containsExactly(List.of("v1.5.0+"));
  }

  @Test
  void shouldKeepDuckDbWithinItsMeans() throws StoreException {
    reopen(new StoreConfig(config().file(), directory.resolve("tmp"), 100 << 20, 1, 2, 2));
    assertThat(
            StoreRows.of(
                store,
                "SELECT value FROM duckdb_settings() WHERE name IN"
                    + " ('autoinstall_known_extensions', 'autoload_known_extensions',"
                    + " 'checkpoint_threshold', 'max_memory', 'max_temp_directory_size',"
                    + " 'temp_directory', 'threads') ORDER BY name"))
        .extracting(row -> row.get(0))
        .containsExactly(
            "false",
            "false",
            "953.6 MiB",
            "100.0 MiB",
            "8.0 GiB",
            directory.resolve("tmp").toString(),
            "1");
  }
}
