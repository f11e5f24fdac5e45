package dev.eider.it.query;

import java.util.List;

/** What a query must not do, each with the reason for which it is refused or bounded. */
final class Attacks {
  private static final String DEEP = "SELECT 1" + "+1".repeat(900);

  /** Text that gets twice as long with each of thirty SELECTs, under names that tell nothing. */
  private static final String DOUBLED = doubled(30);

  /** Refused before DuckDB prepares anything, or by DuckDB while it does. */
  private static final List<String> REFUSED =
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
          "SELECT repeat(payload_json, 90000) FROM events",
          "SELECT length(format('{:>2000000000}', 'x'))",
          "SELECT format('{0:>{1}}', 'x', 400000000)",
          "SELECT format((SELECT '{:>400000000}'), 'x')",
          "SELECT length(printf('%2000000000s', 'x'))",
          "SELECT printf('%*d', 400000000, 5)",
          "SELECT length(replace(replace('"
              + "x".repeat(1_000)
              + "', 'x', '"
              + "y".repeat(900)
              + "'), 'y', '"
              + "z".repeat(900)
              + "'))",
          "SELECT replace(payload_json, '\"', payload_json) FROM events",
          "SELECT regexp_replace(kind, '', repeat('x', 10000), 'g') FROM events",
          "SELECT length(" + "s || ".repeat(80) + "s) FROM (SELECT repeat('x', 90000) AS s)",
          "WITH a AS (SELECT repeat('x', 9000) AS s), b AS (SELECT s || s || s || s || s AS s FROM a),"
              + " c AS (SELECT s || s || s || s || s AS s FROM b) SELECT length(s) FROM c",
          "WITH a AS (SELECT range(50000) AS l), b AS (SELECT flatten([l, l, l, l, l, l, l, l]) AS l FROM a),"
              + " c AS (SELECT flatten([l, l, l, l, l, l, l, l]) AS l FROM b) SELECT len(l) FROM c",
          "SELECT list_reduce(list_transform(range(40), lambda x: 'xxxxxxxxxx'), lambda a, b: a || a)",
          "SELECT bitstring_agg(i, 0, 2000000000) FROM range(10) t(i)",
          "SELECT array_to_string(range(90000), '" + "x".repeat(10_000) + "')",
          "SELECT * FROM eider.events",
          "SELECT * FROM events.eider.events",
          "SELECT * FROM eider.store_state",
          "SELECT * FROM \"eider\".\"runs\"",
          "FROM eider.kept_events",
          "DESCRIBE eider.runs",
          "SUMMARIZE eider.runs",
          "SHOW TABLES FROM eider",
          "SELECT * FROM store_state",
          "SELECT * FROM system.main.duckdb_tables()",
          "SELECT * FROM system.main.duckdb_columns()",
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
  private static final List<String> BOUNDED =
      List.of(
          "WITH RECURSIVE x AS (SELECT 1 AS a UNION ALL SELECT a + 1 FROM x) SELECT max(a) FROM x",
          "WITH RECURSIVE x AS (SELECT 'xxxxxxxxxx' AS s UNION ALL SELECT s || s FROM x)"
              + " SELECT max(length(s)) FROM x",
          "SELECT count(*) FROM range(10000000000) a, range(10000000000) b WHERE a.range = b.range + 1"
              + " OR a.range * 7 = b.range",
          "SELECT a.range FROM range(100000000000) a",
          "SELECT len(list(i)) FROM range(3000000000) t(i)",
          "SELECT string_agg(repeat('x', 90000) || i, '') FROM range(1000000) t(i)",
          "SELECT count(*) FROM (SELECT DISTINCT i, hash(i) FROM range(3000000000) t(i))",
          "SELECT i FROM (SELECT i, hash(i) AS h FROM range(3000000000) t(i) ORDER BY h) LIMIT 1",
          "SELECT string_agg(repeat('x', 50000), '') FROM range(90)",
          // The same text under two names, doubled again and again.
          "WITH RECURSIVE x AS (SELECT 'xxxxxxxxxx' AS s, 'xxxxxxxxxx' AS u UNION ALL SELECT s || u, u || s FROM x)"
              + " SELECT max(length(s)) FROM x",
          "WITH RECURSIVE x AS (SELECT [1] AS l UNION ALL SELECT l || l FROM x) SELECT max(len(l)) FROM x",
          "SELECT max(len(list_transform(l, lambda x: list_transform(l, lambda y: l))))"
              + " FROM (SELECT range(1000) AS l FROM range(2) t(i))",
          DOUBLED);

  /** Hides a statement in what may or may not be a comment; whatever comes back, nothing runs. */
  private static final List<String> HARMLESS =
      List.of(
          "/* /* */ EXPLAIN SELECT 1 -- */ DELETE FROM events",
          "/* /* */ EXPLAIN ANALYZE SELECT 1 -- */ DELETE FROM events",
          "EXPLAIN /* /* */ ANALYZE SELECT 1 -- */ DELETE FROM events",
          "EXPLAIN /* /* */ SELECT 1 -- */ ANALYZE DELETE FROM events",
          "SELECT 1 /* /* */ -- */; DELETE FROM events",
          "SELECT $$ $$ || $a$; DELETE FROM events; $a$",
          "SELECT E'\\'; DELETE FROM events; --'",
          "SELECT '--' /* ' */; --'");

  private Attacks() {}

  private static String doubled(int times) {
    StringBuilder sql =
        new StringBuilder("WITH x0 AS (SELECT 'x' || range AS a, 'y' || range AS b FROM range(3))");
    for (int i = 1; i <= times; i++) {
      sql.append(
          ", x%2$d AS MATERIALIZED (SELECT a || b AS a, b || a AS b FROM x%1$d)"
              .formatted(i - 1, i));
    }
    return sql + " SELECT max(length(a)) FROM x" + times;
  }

  static List<String> refused() {
    return REFUSED;
  }

  static List<String> bounded() {
    return BOUNDED;
  }

  static List<String> harmless() {
    return HARMLESS;
  }
}
