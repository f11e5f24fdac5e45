package dev.eider.server.store.duckdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.eider.server.base.Invariants;
import dev.eider.server.store.ColdReader;
import dev.eider.server.store.PersistBatch;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.StoreFixture;
import dev.eider.server.store.StoreRows;
import dev.eider.server.store.TestEvents;
import dev.eider.server.store.sql.Statements;
import dev.eider.v1.Event;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/** A disk that takes no more, played by a limit on the size of this process's files. */
@Isolated("limits how large files of this process may get")
@Timeout(60)
class StoreFailureTest extends StoreFixture {
  /** Above what surefire writes, below what a large batch needs. */
  private static final String SMALL = "1000000";

  private static final String UNLIMITED = "unlimited";

  @BeforeEach
  void fill() throws StoreException {
    log.open("a");
    persist();
  }

  @AfterEach
  void close() {
    limitFileSize(UNLIMITED);
    store.close();
  }

  @Test
  void shouldReopenAfterAFailedPersistWithAllThatWasCommitted() throws Exception {
    // given
    assumeTrue(limitFileSize(SMALL), "prlimit is needed to limit the size of files");
    long persisted = store.persistedPosition();
    PersistBatch batch = largeBatch();

    // when
    assertThatThrownBy(() -> store.persist(batch))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("cannot persist");

    // then
    assertThatThrownBy(() -> store.persistedPosition()).hasMessage("store is being reopened");
    assertThatThrownBy(() -> store.persist(batch)).hasMessage("store is being reopened");
    assertThatThrownBy(() -> store.checkpoint()).hasMessage("store is being reopened");
    assertThatThrownBy(() -> store.reader().listRuns(anyRun()))
        .hasMessage("store is being reopened");

    // when
    store.reopen(0);

    // then
    assertThat(store.persistedPosition()).isEqualTo(persisted);
    assertThat(store.openRuns()).hasSize(1);

    // when
    limitFileSize(UNLIMITED);
    store.persist(batch);
    store.checkpoint();

    // then
    assertThat(store.persistedPosition()).isEqualTo(batch.nextPosition());
    assertThat(StoreRows.of(store, "SELECT count(*), max(seq) FROM events"))
        .containsExactly(List.of(5_000L, 5_000L));
  }

  @Test
  void shouldReopenAfterAFailedCheckpointWithAllThatWasCommitted() throws Exception {
    // given
    PersistBatch batch = largeBatch();
    store.persist(batch);
    assumeTrue(limitFileSize(SMALL), "prlimit is needed to limit the size of files");

    // when
    assertThatThrownBy(() -> store.checkpoint())
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("cannot checkpoint");
    limitFileSize(UNLIMITED);
    store.reopen(0);

    // then
    assertThat(store.persistedPosition()).isEqualTo(batch.nextPosition());
    store.checkpoint();
    assertThat(StoreRows.of(store, "SELECT count(*) FROM events")).containsExactly(List.of(5_000L));
  }

  @Test
  void shouldStayClosedToReadersOnceItHasForgottenWhatTheyRelyOn() throws Exception {
    // given
    long position = store.persistedPosition();
    assertThatThrownBy(() -> store.persist(new PersistBatch(List.of(), List.of(), -1)))
        .hasMessageContaining("lies before");

    // when, then
    assertThatThrownBy(() -> store.reopen(position + 1))
        .isInstanceOf(Invariants.InvariantBroken.class)
        .hasMessageContaining("it is at position " + position + " and was at " + (position + 1));
    assertThat(store.isFailed()).isTrue();
    assertThatThrownBy(() -> store.persistedPosition()).hasMessage("store is being reopened");

    // when, then
    store.reopen(position);
    assertThat(store.persistedPosition()).isEqualTo(position);
  }

  @Test
  void shouldLetAReadingEndBeforeItReopens() throws Exception {
    // given
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch failed = new CountDownLatch(1);
    AtomicReference<Object> outcome = new AtomicReference<>();
    Thread reader =
        new Thread(
            () -> {
              try {
                outcome.set(
                    store.read(
                        connection -> {
                          reading.countDown();
                          await(failed);
                          return Statements.number(connection, "SELECT count(*) FROM runs");
                        }));
              } catch (StoreException | RuntimeException e) {
                outcome.set(e);
              }
            });
    reader.start();
    await(reading);

    // when
    assertThatThrownBy(() -> store.persist(new PersistBatch(List.of(), List.of(), -1)))
        .hasMessageContaining("lies before");
    failed.countDown();
    store.reopen(0);
    reader.join();

    // then
    assertThat(outcome.get()).isEqualTo(1L);
    assertThat(store.openRuns()).hasSize(1);
  }

  private PersistBatch largeBatch() {
    Random random = new Random(1);
    Event[] events = new Event[5_000];
    for (int i = 0; i < events.length; i++) {
      byte[] noise = new byte[300];
      random.nextBytes(noise);
      events[i] = TestEvents.prompt("red", i, HexFormat.of().formatHex(noise));
    }
    return log.publish("a", events).batch();
  }

  private static ColdReader.RunQuery anyRun() {
    return new ColdReader.RunQuery(null, Map.of(), null, null, 0, Long.MAX_VALUE, null, 10);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Sets the soft limit, of which a process without privileges may go back up to the hard one. */
  private static boolean limitFileSize(String bytes) {
    try {
      return new ProcessBuilder(
                  "prlimit",
                  "--pid",
                  Long.toString(ProcessHandle.current().pid()),
                  "--fsize=" + bytes + ":" + UNLIMITED)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
