package dev.eider.server.store.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.eider.server.event.RunId;
import dev.eider.server.run.Parent;
import dev.eider.server.store.PersistBatch;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.StoreFixture;
import dev.eider.server.store.StoreRows;
import dev.eider.server.store.TestEvents;
import dev.eider.v1.RunOutcome;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A file that is rewritten while it is in use. */
@Timeout(120)
class RewritingTest extends StoreFixture {
  private static final int RUNS = 40;
  private static final int EVENTS_PER_RUN = 100;

  private final ExecutorService rewriter = Executors.newSingleThreadExecutor();

  @AfterEach
  void endRewriting() throws Exception {
    store.rewriting().end();
    rewriter.shutdown();
    assertThat(rewriter.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void shouldHoldTheSameInOneFileThatIsSmaller() throws Exception {
    // given
    playInterleaved();
    delete(RUNS * 9 / 10);
    assertThat(store.checkpoint()).isTrue();
    long before = bytes();
    long wastedBefore = store.rewriting().room().wastedBytes();
    List<String> contents = contents();

    // when
    rewrite();

    // then
    assertThat(contents()).isEqualTo(contents);
    assertThat(bytes()).isLessThan(before / 2);
    assertThat(store.rewriting().room().wastedBytes()).isLessThan(wastedBefore / 2);
    assertThat(Files.exists(directory.resolve("events.duckdb.wal"))).isFalse();
    assertThat(directory.resolve("rewrite")).isEmptyDirectory();
    reopen(config());
    assertThat(contents()).isEqualTo(contents);

    // and each run is in one piece
    String pieces =
        "SELECT count(*) FROM (SELECT run_id, lag(run_id) OVER (ORDER BY rowid) AS before"
            + " FROM events) WHERE run_id IS DISTINCT FROM before";
    assertThat(StoreRows.value(store, pieces)).isEqualTo((long) RUNS / 10);
  }

  @Test
  void shouldTakeInWhatIsWrittenAndDeletedMeanwhile() throws Exception {
    // given
    playInterleaved();
    delete(5);
    play("parent", null, 30);
    play("fork", new Parent(new RunId("parent"), 9, 9, new RunId("parent")), 10);
    persist();

    // when
    Future<Boolean> copied = rewriter.submit(() -> store.rewriting().copy());
    for (int i = 0; i < 20; i++) {
      play("late-" + i, null, 7);
      log.forget(run(10 + i)).delete(run(10 + i));
      persist();
    }
    log.forget("parent").delete("parent");
    persist();
    List<String> contents = contents();
    await().until(() -> store.swapIfReady() || copied.isDone());

    // then
    assertThat(copied.get(20, TimeUnit.SECONDS)).isTrue();
    assertThat(contents()).isEqualTo(contents);
    assertThat(timeline("fork")).hasSize(18).startsWith("parent 1").endsWith("fork 10");
    play("after", null, 3);
    persist();
    assertThat(store.reader().findRun(new RunId("after"))).isNotNull();
  }

  @Test
  void shouldCopyARunThatIsLargerThanASlice() throws Exception {
    // given
    reopen(config(64 << 20));
    log.open("large");
    for (int t = 0; t < 24; t++) {
      log.publish("large", TestEvents.prompt("ada", t, "x" + "y".repeat(1 << 19)));
    }
    persist();
    List<String> contents = contents();

    // when, then
    rewrite();
    assertThat(contents()).isEqualTo(contents);
  }

  @Test
  void shouldGiveUpWhenItIsEnded() throws Exception {
    playInterleaved();
    List<String> contents = contents();
    Future<Boolean> copied = rewriter.submit(() -> store.rewriting().copy());
    store.rewriting().end();
    assertThatThrownBy(
            () -> {
              if (!copied.get(20, TimeUnit.SECONDS)) {
                throw new StoreException("given up");
              }
            })
        .hasStackTraceContaining("StoreException");
    assertThat(store.swapIfReady()).isFalse();
    assertThat(contents()).isEqualTo(contents);
    assertThat(directory.resolve("rewrite")).isEmptyDirectory();
  }

  @Test
  void shouldGoOnWhenTheStoreFailsMeanwhile() throws Exception {
    // given
    playInterleaved();
    List<String> contents = contents();
    Future<Boolean> copied = rewriter.submit(() -> store.rewriting().copy());

    // when
    assertThatThrownBy(() -> store.persist(new PersistBatch(List.of(), List.of(), 1)));
    assertThat(store.isFailed()).isTrue();
    await()
        .until(
            () -> {
              store.reopen(0);
              return !store.isFailed();
            });

    // then
    await().until(() -> store.swapIfReady() || copied.isDone());
    assertThat(contents()).isEqualTo(contents);
    play("after", null, 3);
    persist();
  }

  @Test
  void shouldDeleteWhatACrashLeft() throws Exception {
    Files.writeString(directory.resolve("rewrite/events.duckdb"), "half a copy");
    Files.writeString(directory.resolve("rewrite/events.duckdb.wal"), "its log");
    reopen(config());
    assertThat(directory.resolve("rewrite")).isEmptyDirectory();
  }

  private void rewrite() throws Exception {
    Future<Boolean> copied = rewriter.submit(() -> store.rewriting().copy());
    await().until(() -> store.swapIfReady() || copied.isDone());
    assertThat(copied.get(20, TimeUnit.SECONDS)).isTrue();
  }

  /** Every event of every run in a transaction of its own turn. */
  private void playInterleaved() throws StoreException {
    for (int i = 0; i < RUNS; i++) {
      log.open(run(i), Map.of(), "", null);
    }
    for (int t = 0; t < EVENTS_PER_RUN; t++) {
      for (int i = 0; i < RUNS; i++) {
        log.publish(run(i), TestEvents.prompt("ada", t, random(t * RUNS + i)));
      }
      persist();
    }
    for (int i = 0; i < RUNS; i++) {
      log.close(run(i), RunOutcome.RUN_OUTCOME_COMPLETED);
    }
    persist();
  }

  private static String random(long seed) {
    java.util.Random random = new java.util.Random(seed);
    StringBuilder text = new StringBuilder();
    while (text.length() < 2_000) {
      text.append(Long.toString(random.nextLong(), 36));
    }
    return text.toString();
  }

  private void play(String runId, Parent parent, int events) {
    log.open(runId, Map.of(), "", parent);
    for (int t = 1; t <= events; t++) {
      log.publish(runId, TestEvents.metric("ada", t, "score", t));
    }
    log.close(runId, RunOutcome.RUN_OUTCOME_COMPLETED);
  }

  private void delete(int count) throws StoreException {
    for (int i = 0; i < count; i++) {
      log.forget(run(i)).delete(run(i));
    }
    persist();
  }

  private static String run(int number) {
    return "run-" + number;
  }

  private long bytes() throws Exception {
    return Files.size(directory.resolve("events.duckdb"));
  }

  private List<String> contents() throws StoreException {
    List<String> contents = new ArrayList<>();
    for (String table :
        List.of("store_state", "events", "runs", "kept_events", "kept_runs", "deleted_runs")) {
      contents.add(
          table
              + StoreRows.of(
                  store,
                  "SELECT count(*), sum(hash(t)), bit_xor(hash(t)) FROM " + table + " AS t"));
    }
    return contents;
  }
}
