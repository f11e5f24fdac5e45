package dev.eider.server.persist;

import static dev.eider.server.run.Samples.RUN;
import static dev.eider.server.sequencer.Commands.close;
import static dev.eider.server.sequencer.Commands.publish;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.eider.server.event.RunId;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.store.PersistBatch;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.StoreRows;
import dev.eider.server.store.duckdb.DuckDbStore;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
final class PersisterTest {
  private static final RunId OTHER = new RunId("game-2");

  /** Waits for more to persist for as long as may be. */
  private static final PersisterConfig PATIENT =
      new PersisterConfig(3_600_000, 1_000, 1 << 20, 1 << 20, 1 << 30, 3_600_000);

  @TempDir private Path directory;

  @Test
  void shouldCarryTheLogIntoDuckDbInBatchesOfAnySize() throws Exception {
    PersisterConfig small = new PersisterConfig(0, 7, 1 << 20, 1 << 20, 1 << 30, 3_600_000);
    try (PersistRig rig = new PersistRig(directory, 1 << 20, small)) {
      // when
      for (int i = 0; i < 20; i++) {
        rig.apply(publish(RUN, 5));
        rig.apply(publish(OTHER, 1));
      }
      rig.awaitPersisted();

      // then
      assertThat(rig.store.persistedPosition()).isEqualTo(rig.log.endPosition());
      assertRows(rig.store, RUN, 100);
      assertRows(rig.store, OTHER, 20);
      assertThat(rig.tail(RUN).persistedSeq()).isEqualTo(100);
      assertThat(rig.store.reader().findRun(RUN))
          .usingRecursiveComparison()
          .isEqualTo(rig.tail(RUN).run());
    }
  }

  @ParameterizedTest
  @CsvSource({"8000, 4611686018427387903", "4611686018427387903, 1048576"})
  void shouldNotWaitOnceTheLogLackedOrTheMemoryTakenIsLarge(long lackedLogMax, long lackedMemoryMax)
      throws Exception {
    PersisterConfig patient =
        new PersisterConfig(3_600_000, 10_000, 1 << 20, lackedLogMax, 1 << 30, 3_600_000);
    try (PersistRig rig = new PersistRig(directory, 0, lackedMemoryMax, patient)) {
      for (int i = 0; i < 30; i++) {
        rig.apply(publish(RUN, 100));
      }
      await().until(() -> rig.store.persistedPosition() > 0);
    }
  }

  @Test
  void shouldNotLetAWaiterWaitForALargerBatch() throws Exception {
    try (PersistRig rig = new PersistRig(directory, 1 << 20, PATIENT)) {
      rig.apply(publish(RUN, 5));
      assertThat(rig.writer.closeAndPersist(close(RUN)).get(20, TimeUnit.SECONDS).lastSeq())
          .isEqualTo(5);
      assertRows(rig.store, RUN, 5);
    }
  }

  @Test
  void shouldPersistEverythingBeforeItStops() throws Exception {
    // given
    FoldedRun before;
    try (PersistRig rig = new PersistRig(directory, 1 << 20, PATIENT)) {
      before = rig.apply(publish(RUN, 5)).run();
    }

    // when
    try (DuckDbStore store = PersistRig.openStore(directory)) {
      // then
      assertRows(store, RUN, 5);
      assertThat(store.openRuns())
          .usingRecursiveFieldByFieldElementComparator()
          .containsExactly(before);
    }
  }

  @Test
  void shouldGoOnWhereDuckDbSaysAfterItFailed() throws Exception {
    try (PersistRig rig = new PersistRig(directory, 1 << 20, PersistRig.EAGER)) {
      // given
      rig.apply(publish(RUN, 5));
      rig.apply(publish(OTHER, 2));
      rig.awaitPersisted();
      fail(rig.store);

      // when
      for (int i = 0; i < 5; i++) {
        rig.apply(publish(RUN, 3));
        rig.apply(publish(OTHER, 2));
      }
      CompletableFuture<?> closed = rig.writer.closeAndPersist(close(OTHER));

      // then
      closed.get(20, TimeUnit.SECONDS);
      rig.awaitPersisted();
      assertRows(rig.store, RUN, 20);
      assertRows(rig.store, OTHER, 12);
      assertThat(rig.tail(RUN).persistedSeq()).isEqualTo(20);
      assertThat(rig.store.persistedPosition()).isEqualTo(rig.log.endPosition());
    }
  }

  @Test
  void shouldReopenAStoreThatFailedWhileThereIsNothingToPersist() throws Exception {
    try (PersistRig rig = new PersistRig(directory, 1 << 20, PersistRig.EAGER)) {
      // when
      fail(rig.store);

      // then
      await().until(() -> !rig.store.isFailed());
      assertThat(rig.apply(publish(RUN, 1)).firstSeq()).isEqualTo(1);
      rig.awaitPersisted();
      assertRows(rig.store, RUN, 1);
    }
  }

  /** A batch that cannot be leaves the store as a failed disk does. */
  private static void fail(DuckDbStore store) {
    assertThatThrownBy(() -> store.persist(new PersistBatch(List.of(), List.of(), -1)))
        .hasMessageContaining("lies before");
  }

  private static void assertRows(DuckDbStore store, RunId runId, long count) throws StoreException {
    assertThat(
            StoreRows.of(
                store,
                "SELECT count(*), count(DISTINCT seq), max(seq) FROM events WHERE run_id = ?",
                runId.value()))
        .containsExactly(List.of(count, count, count));
  }
}
