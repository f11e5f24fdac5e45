package dev.eider.server.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.eider.server.base.BrokerException;
import dev.eider.server.store.sql.SqlSession;
import dev.eider.v1.ErrorReason;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import org.duckdb.DuckDBConnection;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class StatementGateTest {
  private static DuckDBConnection connection;
  private static SqlSession session;

  @BeforeAll
  static void connect() throws SQLException {
    Properties properties = new Properties();
    // The tree of a statement depends on it.
    properties.setProperty("storage_compatibility_version", "v1.5.0");
    connection = (DuckDBConnection) DriverManager.getConnection("jdbc:duckdb:", properties);
    session = new SqlSession(connection, ended -> {}, failure -> {});
  }

  @AfterAll
  static void disconnect() throws SQLException {
    connection.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT format('{:>2000000000}', 'x')",
        "SELECT format('{:>1001}', 'x')",
        "SELECT format('{:.5000f}', 1.5)",
        "SELECT format('{0:>{1}}', 'x', 2000000000)",
        "SELECT format(kind, 'x') FROM events",
        "SELECT format('{:' || '>2000000000}', 'x')",
        "SELECT \"Format\"('{:>2000000000}', 'x')",
        "SELECT '{:>2000000000}'.format('x')",
        "SELECT printf('%2000000000s', 'x')",
        "SELECT printf('%-2000d', 5)",
        "SELECT printf('%*d', 2000000000, 5)",
        "SELECT printf('%.*f', 2000000000, 5.5)",
        "SELECT printf('%%%2000000000s', 'x')",
        "SELECT replace(payload_json, 'a', payload_json) FROM events",
        "SELECT replace(payload_json, 'a', repeat('x', 10)) FROM events",
        "SELECT regexp_replace(payload_json, '', kind, 'g') FROM events",
        "SELECT repeat(payload_json, 90000) FROM events",
        "SELECT repeat('xxxxxxxxxx', 90000)",
        "SELECT repeat(repeat('x', 50000), 50000)",
        "SELECT list_transform(range(90000), lambda x: repeat('x', 90000))",
        "SELECT list_resize([payload_json], 90000, payload_json) FROM events",
        "SELECT bitstring_agg(t, 0, 2000000000) FROM events",
        "SELECT array_to_string(range(90000), '----------------------------------------')",
        "WITH a AS (SELECT repeat('x', 9000) AS s), b AS (SELECT s || s || s || s AS s FROM a),"
            + " c AS (SELECT s || s || s || s AS s FROM b) SELECT s FROM c",
        "SELECT (SELECT s || s || s || s || s || s || s || s || s FROM a) FROM b",
        "SELECT concat(s, s, s, s, s, s, s, s, s) FROM a",
        "SELECT flatten([l, l, l, l, l, l, l, l, l]) FROM a",
        "SELECT list_reduce(['x', 'y'], lambda a, b: a || a)",
        "SELECT reduce(l, (a, b) -> concat(a, '-', a)) FROM a",
        "SELECT * FROM unnest(range(2000000000))",
        "SELECT * FROM eider.events",
        "SELECT * FROM events.eider.events",
        "SELECT * FROM events.main.events",
        "SELECT * FROM system.main.duckdb_tables()",
        "DESCRIBE eider.runs",
        "SUMMARIZE eider.runs",
        "SHOW TABLES FROM eider"
      })
  void shouldRefuseWhatMakesMuchOfLittle(String sql) {
    BrokerException refusal =
        catchThrowableOfType(BrokerException.class, () -> StatementGate.check(sql, session));

    assertThat(refusal).as(sql).isNotNull();
    assertThat(refusal.reason()).isEqualTo(ErrorReason.ERROR_REASON_INVALID_QUERY);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT format('{:>20} {:.2f} {{}}', kind, 1.5) FROM events",
        "SELECT format('{0} {1} {0}', kind, agent_id) FROM events",
        "SELECT printf('%05d %-20s %.3f %d%%', seq, kind, 1.5, 7) FROM events",
        "SELECT replace(replace(kind, '_', ' '), 'llm', 'language model') FROM events",
        "SELECT regexp_replace(kind, '\\s+', ' ', 'g') FROM events",
        "SELECT repeat('=', 80), repeat('-', 80), repeat('█', 40), repeat('=', 80), lpad(kind, 20)",
        "SELECT repeat(kind, 3) FROM events",
        "SELECT repeat('=', 80) UNION ALL SELECT repeat('-', 80) UNION ALL SELECT repeat('=', 80)",
        "SELECT run_id || ',' || agent_id || ',' || t || ',' || kind || ',' || seq FROM events",
        "SELECT (payload_json ->> '$.a') || (payload_json ->> '$.b') || (payload_json ->> '$.c')"
            + " || (payload_json ->> '$.d') || (payload_json ->> '$.e') || (payload_json ->> '$.f')"
            + " || (payload_json ->> '$.g') || (payload_json ->> '$.h') || (payload_json ->> '$.i')",
        "SELECT string_agg(kind, ', ' ORDER BY seq), string_agg(kind, chr(10)) FROM events",
        "SELECT [1, 1, 1, 1, 1, 1, 1, 1, 1, 1], list_reduce([1, 2], lambda a, b: a + b + a)",
        "SELECT * FROM range(3000000000)",
        "SELECT array_to_string(list_transform(range(1000), lambda x: x), ', ')",
        "SELECT table_name FROM duckdb_tables()"
      })
  void shouldTakeWhatPeopleWrite(String sql) {
    assertThatCode(() -> StatementGate.check(sql, session)).as(sql).doesNotThrowAnyException();
  }

  @Test
  void shouldSayWhereInCharacters() {
    // given a place behind text of several bytes a character
    String sql = "SELECT '日本語', 'é',\n  '🦆', format('{:>5000}', 'x')";

    // when
    BrokerException refusal =
        catchThrowableOfType(BrokerException.class, () -> StatementGate.check(sql, session));

    // then
    assertThat(refusal.metadata()).containsEntry("position", "26");
    assertThat(refusal.text())
        .endsWith("\n\nLINE 2:   '🦆', format('{:>5000}', 'x')\n" + " ".repeat(16) + "^");
  }

  @Test
  void shouldShowTheLineOfASyntaxError() {
    String sql = "EXPLAIN /* 日本 */ SELECT '日本語',\nFROM FROM runs";

    BrokerException refusal =
        catchThrowableOfType(BrokerException.class, () -> StatementGate.check(sql, session));

    assertThat(refusal.metadata()).containsEntry("position", "36");
    assertThat(refusal.text())
        .contains("syntax error at or near \"FROM\"")
        .endsWith("\n\nLINE 2: FROM FROM runs\n" + " ".repeat(13) + "^");
  }
}
