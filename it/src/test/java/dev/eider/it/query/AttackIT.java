package dev.eider.it.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.client.EiderClient;
import dev.eider.it.Daemon;
import dev.eider.it.DaemonExtension;
import dev.eider.it.Events;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.RunOutcome;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** No statement writes, reads what is not the daemon's, or takes more than its bounds. */
@Timeout(60)
class AttackIT {
  private static final String DEEP = "SELECT 1" + "+1".repeat(900);

  /** Refused before DuckDB prepares anything, or by DuckDB while it does. */
  static final List<String> REFUSED =
      List.of(
          "",
          ";",
          "-- nothing",
          "SELECT 1; SELECT 2",
          "SELECT 1; DROP TABLE events",
          "DROP TABLE events; SELECT 1",
          "SELECT 1 /* ; */; DELETE FROM events --",
          "COMMIT; INSERT INTO store_state VALUES (1, 1)",
          "INSERT INTO store_state VALUES (1, 1)",
          "UPDATE store_state SET persisted_position = 0",
          "DELETE FROM events",
          "TRUNCATE events",
          "MERGE INTO events USING runs ON true WHEN MATCHED THEN DELETE",
          "WITH x AS (DELETE FROM events RETURNING *) SELECT * FROM x",
          "WITH x AS (INSERT INTO store_state VALUES (1, 1) RETURNING *) FROM x",
          "SELECT * INTO copied FROM events",
          "CREATE TABLE t AS SELECT 1",
          "CREATE TEMP TABLE t AS SELECT 1",
          "CREATE OR REPLACE VIEW turns AS SELECT 1",
          "CREATE MACRO f(x) AS x",
          "CREATE SECRET s (TYPE s3)",
          "ALTER TABLE events ADD COLUMN x INTEGER",
          "DROP VIEW turns",
          "COPY events TO '/tmp/eider-attack.csv'",
          "COPY (SELECT 1) TO '/tmp/eider-attack.csv'",
          "COPY events FROM '/etc/passwd'",
          "COPY FROM DATABASE events TO memory",
          "EXPORT DATABASE '/tmp/eider-attack'",
          "IMPORT DATABASE '/tmp/eider-attack'",
          "ATTACH '/tmp/eider-attack.db'",
          "ATTACH ':memory:' AS m",
          "DETACH events",
          "USE memory",
          "SELECT * FROM read_csv('/etc/passwd')",
          "SELECT * FROM read_text('/etc/passwd')",
          "SELECT * FROM read_blob('/etc/passwd')",
          "SELECT * FROM read_json('/etc/passwd')",
          "SELECT * FROM read_parquet('/etc/passwd')",
          "SELECT * FROM parquet_scan('/etc/passwd')",
          "SELECT * FROM sniff_csv('/etc/passwd')",
          "SELECT * FROM glob('/etc/*')",
          "SELECT * FROM '/etc/passwd'",
          "SELECT * FROM '/etc/passwd.csv'",
          "SELECT * FROM \"file.parquet\"",
          "FROM 'https://localhost/x.csv'",
          "SELECT * FROM main.read_text('/etc/passwd')",
          "SELECT (SELECT content FROM read_text('/etc/passwd'))",
          "SELECT 1 WHERE EXISTS (FROM read_text('/etc/passwd'))",
          "WITH x AS (FROM read_text('/etc/passwd')) FROM x",
          "DESCRIBE SELECT * FROM read_csv('/etc/passwd')",
          "SUMMARIZE FROM read_csv('/etc/passwd')",
          "EXPLAIN SELECT * FROM read_csv('/etc/passwd')",
          "DESCRIBE '/etc/passwd.csv'",
          "SELECT * FROM query('SELECT 1')",
          "SELECT * FROM query_table('events')",
          "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
          "SELECT json_serialize_sql('SELECT 1')",
          "SELECT * FROM duckdb_secrets()",
          "SELECT * FROM duckdb_settings()",
          "SELECT * FROM pg_catalog.pg_settings",
          "SELECT * FROM pg_settings",
          "WITH pg_settings AS (SELECT 1) SELECT * FROM pg_catalog.pg_settings",
          "SELECT * FROM duckdb_logs",
          "SELECT * FROM which_secret('/x', 's3')",
          "SELECT * FROM checkpoint()",
          "SELECT * FROM force_checkpoint()",
          "SELECT * FROM enable_logging()",
          "SELECT * FROM truncate_duckdb_logs()",
          "SELECT * FROM arrow_scan(1, 2, 3)",
          "SELECT * FROM seq_scan('events')",
          "SELECT * FROM pragma_database_size()",
          "SELECT * FROM test_all_types()",
          "SELECT getenv('HOME')",
          "SELECT current_setting('temp_directory')",
          "SELECT \"current_setting\"('temp_directory')",
          "SELECT main.current_setting('temp_directory')",
          "SELECT getvariable('x')",
          "SELECT setseed(0.5)",
          "SELECT sleep_ms(100000)",
          "SELECT write_log('x')",
          "SELECT nextval('x')",
          "SHOW memory_limit",
          "SHOW DATABASES",
          "SET memory_limit = '100GB'",
          "SET GLOBAL threads = 64",
          "RESET memory_limit",
          "SET VARIABLE x = 1",
          "PRAGMA database_size",
          "PRAGMA memory_limit = '100GB'",
          "PRAGMA table_info('events')",
          "INSTALL httpfs",
          "LOAD httpfs",
          "FORCE INSTALL httpfs FROM 'http://localhost/'",
          "CALL checkpoint()",
          "CALL pragma_version()",
          "CHECKPOINT",
          "FORCE CHECKPOINT",
          "VACUUM",
          "ANALYZE",
          "BEGIN TRANSACTION",
          "COMMIT",
          "ROLLBACK",
          "PREPARE p AS SELECT 1",
          "EXECUTE p",
          "DEALLOCATE p",
          "EXPLAIN ANALYZE DELETE FROM events",
          "EXPLAIN ANALYZE INSERT INTO store_state VALUES (1, 1)",
          "EXPLAIN ANALYZE SELECT 1; DELETE FROM events",
          "/* */ EXPLAIN -- x\n ANALYZE DELETE FROM events",
          "EXPLAIN EXPLAIN SELECT 1",
          "SELECT 1) AS q(c0); DELETE FROM events; --",
          "SELECT 1 /* not closed",
          "SELECT repeat('x', 2000000000)",
          "SELECT repeat(repeat('x', 50000), 50000)",
          "SELECT lpad('x', 2000000000, 'y')",
          "SELECT rpad('x', (SELECT 2000000000), 'y')",
          "SELECT len(range(2000000000))",
          "SELECT \"REPEAT\"('x', 2000000000)",
          DEEP,
          "SELECT " + "(".repeat(5_000) + "1" + ")".repeat(5_000),
          "SELECT " + "[".repeat(300) + "1" + "]".repeat(300),
          "SELECT * FROM " + "(FROM ".repeat(1_500) + "(SELECT 1)" + ")".repeat(1_500),
          "SELECT '" + "x".repeat(30_000) + "'",
          "SELECT 1\u0000; DELETE FROM events",
          "SELECT nothing FROM events",
          "SELECT * FROM no_such_table",
          "SELECT no_such_function(1)",
          "SELECT error('FATAL Error: database has been invalidated')",
          "SELECT CAST('FATAL Error' AS INTEGER)",
          "SELECT CAST(run_id AS INTEGER) FROM events");

  /** Runs, and is ended by a bound. */
  static final List<String> BOUNDED =
      List.of(
          "WITH RECURSIVE x AS (SELECT 1 AS a UNION ALL SELECT a + 1 FROM x) SELECT max(a) FROM x",
          "WITH RECURSIVE x AS (SELECT 'xxxxxxxxxx' AS s UNION ALL SELECT s || s FROM x)"
              + " SELECT max(length(s)) FROM x",
          "SELECT count(*) FROM range(10000000000) a, range(10000000000) b WHERE a.range = b.range"
              + " + 1 OR a.range * 7 = b.range",
          "SELECT a.range FROM range(100000000000) a",
          "SELECT len(list(i)) FROM range(3000000000) t(i)",
          "SELECT string_agg(repeat('x', 90000) || i, '') FROM range(1000000) t(i)",
          "SELECT count(*) FROM (SELECT DISTINCT i, hash(i) FROM range(3000000000) t(i))",
          "SELECT i FROM (SELECT i, hash(i) AS h FROM range(3000000000) t(i) ORDER BY h) LIMIT 1",
          "SELECT string_agg(repeat('x', 50000), '') FROM range(45)");

  /** Hides a statement in what may or may not be a comment; whatever comes back, nothing runs. */
  static final List<String> HARMLESS =
      List.of(
          "/* /* */ EXPLAIN SELECT 1 -- */ DELETE FROM events",
          "/* /* */ EXPLAIN ANALYZE SELECT 1 -- */ DELETE FROM events",
          "EXPLAIN /* /* */ ANALYZE SELECT 1 -- */ DELETE FROM events",
          "EXPLAIN /* /* */ SELECT 1 -- */ ANALYZE DELETE FROM events",
          "SELECT 1 /* /* */ -- */; DELETE FROM events",
          "SELECT $$ $$ || $a$; DELETE FROM events; $a$",
          "SELECT E'\\'; DELETE FROM events; --'",
          "SELECT '--' /* ' */; --'");

  private static final String RUN = "witness";

  @RegisterExtension
  static final DaemonExtension EXTENSION =
      new DaemonExtension().set("query-ms-max", 3_000).set("persist-linger-ms", 10);

  private static EiderClient client;
  private static long published;

  private final Daemon daemon = EXTENSION.daemon();

  @BeforeAll
  static void connect() {
    client = EiderClient.connect(EXTENSION.daemon().target());
  }

  @AfterAll
  static void disconnect() {
    client.close();
  }

  @ParameterizedTest
  @FieldSource("REFUSED")
  void shouldRefuse(String sql) {
    Asked asked = Asked.of(daemon.channel(), sql);

    assertThat(asked.refusal()).as("%s: %s", sql, asked.rows()).isPresent();
    assertThat(asked.refusal().get().reason()).as("%s", asked.refusal()).isEqualTo("INVALID_QUERY");
    assertThat(asked.rows()).isEmpty();
  }

  @ParameterizedTest
  @FieldSource("BOUNDED")
  void shouldBound(String sql) {
    Asked asked = Asked.of(daemon.channel(), sql);

    assertThat(asked.refusal()).as("%s: %s rows", sql, asked.rows().size()).isPresent();
    assertThat(asked.refusal().get().reason()).as("%s", asked.refusal()).isEqualTo("QUERY_LIMIT");
  }

  @ParameterizedTest
  @FieldSource("HARMLESS")
  void shouldRunNothingThatIsHidden(String sql) {
    Asked asked = Asked.of(daemon.channel(), sql);

    asked.refusal().ifPresent(refusal -> assertThat(refusal.reason()).isEqualTo("INVALID_QUERY"));
  }

  /** Whatever was asked, the daemon goes on publishing and persisting. */
  @AfterEach
  void shouldGoOn() {
    published++;
    client.publish(
        PublishRequest.newBuilder()
            .setRunId(RUN)
            .setOpenIfMissing(true)
            .addEvents(Events.metric("ada", 0, "score", published))
            .build());
    client.openRun(RUN + published, Map.of());
    client.closeRun(RUN + published, RunOutcome.RUN_OUTCOME_COMPLETED);
    Asked count =
        Asked.of(
            daemon.channel(),
            Asked.request("SELECT count(*), (SELECT count(*) FROM store_state) FROM events")
                .putMinSeqs(RUN, published)
                .build());
    assertThat(count.refusal()).isEmpty();
    assertThat(count.value(0, 0).getNumberValue()).isEqualTo(published);
    assertThat(count.value(0, 1).getNumberValue()).isEqualTo(1);
  }
}
