package dev.eider.server.store.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.server.store.StoreException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RewriteFilesTest {
  @TempDir Path directory;
  private Path database;
  private Path log;
  private RewriteFiles files;

  @BeforeEach
  void write() throws Exception {
    database = directory.resolve("events.duckdb");
    log = directory.resolve("events.duckdb.wal");
    files = new RewriteFiles(database);
    files.deleteLeftovers();
    Files.writeString(database, "old");
    Files.writeString(files.copy(), "new");
  }

  @Test
  void shouldNotSwapBesideAWriteAheadLog() throws Exception {
    Files.writeString(log, "transactions");
    assertThatThrownBy(files::swap).isInstanceOf(StoreException.class);
    assertThat(database).hasContent("old");
    assertThat(log).exists();
  }

  @Test
  void shouldSwapBesideAnEmptyWriteAheadLog() throws Exception {
    Files.writeString(log, "");
    files.swap();
    assertThat(database).hasContent("new");
    assertThat(log).doesNotExist();
  }
}
