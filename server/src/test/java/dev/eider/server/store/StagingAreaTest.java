package dev.eider.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.server.run.EncodedEvent;
import dev.eider.server.run.EventMatcher;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.ImportRecord;
import dev.eider.server.run.Imports;
import dev.eider.server.run.RunId;
import dev.eider.server.run.Samples;
import dev.eider.server.run.StagedFile;
import dev.eider.server.store.ColdReader.ColdPage;
import dev.eider.server.store.ColdReader.PageQuery;
import dev.eider.server.store.file.RunFileFormat;
import dev.eider.server.store.file.RunFileWriter;
import dev.eider.server.store.file.ScratchConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class StagingAreaTest {
  private static final RunId RUN = new RunId("imported-1");
  private static final int EVENTS = 30;

  @TempDir private Path directory;
  private DuckDbStore store;
  private Path file;
  private StagedFile staged;

  @BeforeEach
  void open() throws Exception {
    store = DuckDbStore.open(config());
    file = Files.createDirectories(directory.resolve("import")).resolve("import-1.duckdb");
    ScratchConfig scratch = new ScratchConfig(directory.resolve("tmp"), 128L << 20, 1 << 20);
    try (RunFileWriter writer = RunFileWriter.create(file, RunFileFormat.DUCKDB, scratch)) {
      writer.begin(RUN);
      for (EncodedEvent event : Samples.metrics(EVENTS)) {
        writer.add(event);
      }
      writer.end(Imports.run(RUN, EVENTS));
      writer.finish();
    }
    staged = new StagedFile("import-1.duckdb", Files.size(file), StagingArea.sha256(file));
  }

  @AfterEach
  void close() {
    store.close();
  }

  private StoreConfig config() {
    return StoreConfig.of(directory.resolve("events.duckdb"), directory.resolve("tmp"));
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
