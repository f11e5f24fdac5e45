package dev.eider.server.store.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.server.store.StoreException;
import dev.eider.server.store.StoreRows;
import dev.eider.server.store.duckdb.DuckDbStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class StoreOpenerTest {
  @TempDir Path directory;
  private Path file;

  @BeforeEach
  void name() {
    file = directory.resolve("events.duckdb");
  }

  @Test
  void shouldMakeAFileThatDuckDbOneFiveCanRead() throws Exception {
    try (DuckDbStore store = open()) {
      assertThat(
              StoreRows.of(
                  store,
                  "SELECT tags['storage_version'] FROM duckdb_databases()"
                      + " WHERE database_name = current_database()"))
          .containsExactly(List.of("v1.5.0+"));
    }
  }

  @Test
  void shouldKeepDuckDbWithinItsMeans() throws Exception {
    try (DuckDbStore store =
        DuckDbStore.open(new StoreConfig(file, directory.resolve("tmp"), 100 << 20, 1, 2, 2))) {
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

  @Test
  void shouldRefuseANewerFormat() throws Exception {
    // given
    open().close();
    execute("UPDATE eider.store_state SET format_version = 4");

    // then
    assertThatThrownBy(this::open)
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("format version 4")
        .hasMessageContaining(file.toString());

    // when
    execute("UPDATE eider.store_state SET format_version = 3");

    // then
    open().close();
  }

  @Test
  void shouldRefuseAFileOfAnotherProgramAndLeaveItAlone() throws Exception {
    // given
    execute("CREATE TABLE events(run_id VARCHAR)");

    // then
    assertThatThrownBy(this::open).hasMessageContaining("tables of another program");
    execute("INSERT INTO events VALUES ('still as it was')");
  }

  @Test
  void shouldSayWhatToDoWithADamagedFile() throws Exception {
    // given
    open().close();
    byte[] bytes = Files.readAllBytes(file);
    bytes[5_000] ^= 1;
    bytes[9_000] ^= 1;
    Files.write(file, bytes);

    // then
    assertThatThrownBy(this::open)
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("restore it from a copy");
  }

  @Test
  void shouldSayWhatToDoWithAFileThatIsNoDatabase() throws IOException {
    Files.writeString(file, "not a database".repeat(1_000));
    assertThatThrownBy(this::open)
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("no DuckDB file");
  }

  private DuckDbStore open() throws StoreException {
    return DuckDbStore.open(StoreConfig.of(file, directory.resolve("tmp")));
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + file);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
