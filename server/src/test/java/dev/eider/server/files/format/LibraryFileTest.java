package dev.eider.server.files.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.eider.server.api.WireRules;
import dev.eider.server.base.BrokerException;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.store.LibraryFileException;
import dev.eider.v1.ErrorReason;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class LibraryFileTest {
  @TempDir private Path directory;
  private ScratchConfig scratch;
  private Path older;

  /** Two runs whose rows alternate, with turns that go backwards in the file. */
  @BeforeEach
  void writeOlder() throws Exception {
    scratch = new ScratchConfig(directory.resolve("tmp"), 128L << 20, 1 << 20);
    older = directory.resolve("older.duckdb");
    execute(
        "CREATE TABLE events AS SELECT CASE WHEN i % 2 = 0 THEN 'one' ELSE 'two' END AS run_id,"
            + " CASE WHEN i % 6 < 2 THEN 'ada' ELSE 'bob' END AS agent_id,"
            + " CAST(99 - i // 10 AS INTEGER) AS t, 'wrong' AS kind,"
            + " '{\"kind\":\"metric\",\"name\":\"n\",\"value\":' || i || '}' AS payload_json,"
            + " TIMESTAMP '2025-01-01 00:00:00' AS ts, 1 AS schema_version"
            + " FROM range(1000) numbers(i)");
  }

  private void execute(String sql) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + older);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private LibraryFile found(Path path) throws Exception {
    return new LibraryFile(path, FileStamp.of(path), scratch, new WireRules());
  }

  private static List<FoldedRun> runs(LibraryFile file) throws Exception {
    List<FoldedRun> runs = new ArrayList<>();
    file.readThrough(runs::add);
    return runs;
  }

  @Test
  void shouldSayWhatIsWrongWithAFile() throws Exception {
    execute("UPDATE events SET payload_json = '[]' WHERE t = 0 AND run_id = 'two'");
    BrokerException wrong = catchThrowableOfType(BrokerException.class, () -> runs(found(older)));
    assertThat(wrong.reason()).isEqualTo(ErrorReason.ERROR_REASON_INVALID_FILE);
    assertThat(wrong.text()).contains("run two, row 1", "is no JSON object");

    execute("ALTER TABLE events ADD COLUMN event_rest BLOB");
    BrokerException own = catchThrowableOfType(BrokerException.class, () -> runs(found(older)));
    assertThat(own.text()).contains("database of a daemon");
  }

  @Test
  void shouldEndWhenItIsCancelled() throws Exception {
    LibraryFile file = found(older);
    file.cancel();
    assertThatThrownBy(() -> runs(file)).isInstanceOf(LibraryFileException.class);
  }
}
