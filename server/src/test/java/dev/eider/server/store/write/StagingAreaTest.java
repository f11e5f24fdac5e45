package dev.eider.server.store.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.server.base.Invariants.InvariantBroken;
import dev.eider.server.event.EncodedEvent;
import dev.eider.server.event.EventMatcher;
import dev.eider.server.event.RunId;
import dev.eider.server.files.format.RunFileFormat;
import dev.eider.server.files.format.RunFileWriter;
import dev.eider.server.files.format.ScratchConfig;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.ImportRecord;
import dev.eider.server.run.Imports;
import dev.eider.server.run.Samples;
import dev.eider.server.run.StagedFile;
import dev.eider.server.store.ColdReader.ColdPage;
import dev.eider.server.store.ColdReader.PageQuery;
import dev.eider.server.store.PersistBatch;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.StoreFixture;
import dev.eider.server.store.StoreRows;
import dev.eider.server.store.TestEvents;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class StagingAreaTest extends StoreFixture {
  private static final RunId RUN = new RunId("imported-1");
  private static final int EVENTS = 30;
  private static final int MEMORY_LIMIT_BYTES = 128 << 20;
  private static final int LARGE_BYTES = 200_000;

  private Path file;
  private StagedFile staged;

  @BeforeEach
  void fill() throws Exception {
    file = Files.createDirectories(directory.resolve("import")).resolve("import-1.duckdb");
    stage(Samples.metrics(EVENTS));
  }

  private FoldedRun stage(List<EncodedEvent> events) throws Exception {
    Files.deleteIfExists(file);
    ScratchConfig scratch = new ScratchConfig(directory.resolve("tmp"), 128L << 20, 1 << 20);
    FoldedRun run = Imports.run(RUN, events);
    try (RunFileWriter writer = RunFileWriter.create(file, RunFileFormat.DUCKDB, scratch)) {
      writer.begin(RUN);
      for (EncodedEvent event : events) {
        writer.add(event);
      }
      writer.end(run);
      writer.finish();
    }
    staged = new StagedFile("import-1.duckdb", Files.size(file), StagingArea.sha256(file));
    return run;
  }

  @Test
  void shouldTakeTheEventsWithTheirPositionAndThenTheFileAway() throws Exception {
    // when
    store.requireStaged(List.of(staged));
    ImportRecord record = new ImportRecord(7, staged, EVENTS, List.of(Imports.run(RUN, EVENTS)));
    store.persist(PersistBatch.of(record, 40, 80));

    // then
    assertThat(store.persistedPosition()).isEqualTo(80);
    FoldedRun run = Objects.requireNonNull(store.reader().findRun(RUN));
    assertThat(run.digest()).isEqualTo(Imports.run(RUN, EVENTS).digest());
    ColdPage page =
        store
            .reader()
            .readPage(new PageQuery(RUN, 0, EVENTS, 40, 40, EventMatcher.ALL, 100, 1 << 20));
    assertThat(page.events()).hasSize(EVENTS);
    assertThat(page.events().get(4).eventBytes()).isEqualTo(Samples.metrics(EVENTS).get(4).bytes());

    // and the file is kept until what it held is in DuckDB's main file
    assertThat(file).exists();
    assertThat(store.checkpoint()).isTrue();
    assertThat(file).doesNotExist();
  }

  @Test
  void shouldTakeMoreLargeEventsThanThereIsMemory() throws Exception {
    // given
    reopen(config(MEMORY_LIMIT_BYTES));
    List<EncodedEvent> large =
        Collections.nCopies(
            2 * MEMORY_LIMIT_BYTES / LARGE_BYTES,
            EncodedEvent.of(TestEvents.prompt("agent", 1, "x".repeat(LARGE_BYTES))));
    FoldedRun run = stage(large);
    ImportRecord other = new ImportRecord(7, staged, large.size() + 1, List.of(run));
    ImportRecord record = new ImportRecord(7, staged, large.size(), List.of(run));

    // when the first attempt fails at the end
    assertThatThrownBy(() -> store.persist(PersistBatch.of(other, 40, 80)))
        .isInstanceOf(InvariantBroken.class);
    store.reopen(0);
    assertThat(store.persistedPosition()).isZero();
    assertThat(store.reader().findRun(RUN)).isNull();
    store.persist(PersistBatch.of(record, 40, 80));

    // then
    assertThat(store.persistedPosition()).isEqualTo(80);
    assertThat(
            StoreRows.of(
                store,
                "SELECT count(*), count(DISTINCT seq), sum(length(payload_json)) > ? FROM events",
                1L * MEMORY_LIMIT_BYTES))
        .containsExactly(List.of((long) large.size(), (long) large.size(), true));
  }

  @Test
  void shouldTakeAwayWhatNobodyNames() throws Exception {
    store.requireStaged(List.of());
    assertThat(file).exists();
    assertThat(store.checkpoint()).isTrue();
    assertThat(file).doesNotExist();
  }

  @Test
  void shouldRefuseToBeginWithoutAFileOrWithAnother() throws Exception {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    assertThatThrownBy(() -> store.requireStaged(List.of(staged)))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("import-1.duckdb is damaged")
        .hasMessageContaining("restore it");

    Files.delete(file);
    assertThatThrownBy(() -> store.requireStaged(List.of(staged)))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("import-1.duckdb is missing");
  }
}
