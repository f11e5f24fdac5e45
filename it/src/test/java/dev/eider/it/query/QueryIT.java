package dev.eider.it.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.NullValue;
import com.google.protobuf.Value;
import dev.eider.client.EiderClient;
import dev.eider.client.EiderException;
import dev.eider.client.QueryResult;
import dev.eider.it.Daemon;
import dev.eider.it.DaemonExtension;
import dev.eider.it.Events;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.QueryColumn;
import dev.eider.v1.QueryRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class QueryIT {
  private static final String ENDLESS = "SELECT range, hash(range) FROM range(100000000000)";

  /** An expression for each type, the type's name, and what it is carried as. */
  private static final List<List<Object>> TYPES =
      List.of(
          List.of("true", "BOOLEAN", true),
          List.of("7::TINYINT", "TINYINT", 7.0),
          List.of("4294967295::UINTEGER", "UINTEGER", 4294967295.0),
          List.of("9007199254740992", "BIGINT", 9007199254740992.0),
          List.of("9007199254740993", "BIGINT", "9007199254740993"),
          List.of("(-9223372036854775808)::BIGINT", "BIGINT", "-9223372036854775808"),
          List.of("18446744073709551615::UBIGINT", "UBIGINT", "18446744073709551615"),
          List.of("5::HUGEINT", "HUGEINT", 5.0),
          List.of(
              "170141183460469231731687303715884105727::HUGEINT",
              "HUGEINT",
              "170141183460469231731687303715884105727"),
          List.of("1.5::DOUBLE", "DOUBLE", 1.5),
          List.of("0.5::FLOAT", "FLOAT", 0.5),
          List.of("'NaN'::DOUBLE", "DOUBLE", "NaN"),
          List.of("'-inf'::DOUBLE", "DOUBLE", "-Infinity"),
          List.of("1.50::DECIMAL(5, 2)", "DECIMAL(5,2)", "1.50"),
          List.of("'é\n\"'", "VARCHAR", "é\n\""),
          List.of("'a'::ENUM('a', 'b')", "ENUM", "a"),
          List.of("'101'::BIT", "BIT", "101"),
          List.of("'\\x00\\xFF'::BLOB", "BLOB", "AP8="),
          List.of("DATE '2026-01-31'", "DATE", "2026-01-31"),
          List.of("TIME '23:59:59.5'", "TIME", "23:59:59.5"),
          List.of(
              "TIMESTAMP '2026-03-08 02:30:00.123456'", "TIMESTAMP", "2026-03-08 02:30:00.123456"),
          List.of("TIMESTAMP 'infinity'", "TIMESTAMP", "infinity"),
          List.of(
              "TIMESTAMPTZ '2026-03-08 02:30:00-05'",
              "TIMESTAMP WITH TIME ZONE",
              "2026-03-08 07:30:00+00"),
          List.of("INTERVAL '1 month 2 days'", "INTERVAL", "1 month 2 days"),
          List.of("'{\"a\": 1}'::JSON", "JSON", "{\"a\": 1}"),
          List.of("[1, NULL]", "INTEGER[]", List.of(1.0, "NULL")),
          List.of("[1, 2]::INTEGER[2]", "INTEGER[2]", List.of(1.0, 2.0)),
          List.of("[[0.5::DOUBLE, 'nan']]", "DOUBLE[][]", List.of(List.of(0.5, "NaN"))),
          List.of("[9007199254740993]", "BIGINT[]", List.of("9007199254740993")),
          List.of(
              "[TIMESTAMP '2026-03-08 02:30:00']", "TIMESTAMP[]", List.of("2026-03-08 02:30:00")),
          List.of("NULL::DOUBLE", "DOUBLE", "NULL"));

  @RegisterExtension
  static final DaemonExtension EXTENSION =
      new DaemonExtension()
          .jvm("-Duser.timezone=America/New_York")
          .set("query-rows-max", 100_000_000)
          .set("persist-linger-ms", 2_000);

  private final Daemon daemon = EXTENSION.daemon();

  @Test
  void shouldCarryEveryTypeAsDocumented() {
    // when
    String sql =
        "SELECT " + String.join(", ", TYPES.stream().map(one -> (String) one.get(0)).toList());
    Asked asked = Asked.of(daemon.channel(), sql);

    // then
    assertThat(asked.refusal()).isEmpty();
    assertThat(asked.plain().get(0)).isEqualTo(TYPES.stream().map(one -> one.get(2)).toList());
    for (int i = 0; i < TYPES.size(); i++) {
      String expected = (String) TYPES.get(i).get(1);
      assertThat(asked.schema().getColumns(i).getType()).startsWith(expected);
    }
  }

  @Test
  void shouldCarryStructsAndMapsByName() {
    Asked nested =
        Asked.of(
            daemon.channel(), "SELECT {'a': 1, 'b': [2]} AS s, MAP {'k': 'v', 'l': NULL} AS m");
    assertThat(nested.schema().getColumnsList())
        .extracting(QueryColumn::getName)
        .containsExactly("s", "m");
    Map<String, Value> struct = nested.value(0, 0).getStructValue().getFieldsMap();
    assertThat(struct.get("b").getListValue().getValues(0).getNumberValue()).isEqualTo(2);
    assertThat(nested.value(0, 1).getStructValue().getFieldsMap().get("l").getNullValue())
        .isEqualTo(NullValue.NULL_VALUE);
  }

  @Test
  void shouldBindParametersByTheirType() {
    QueryRequest request =
        Asked.request("SELECT typeof($1), typeof($2), typeof($3), typeof($4), $5 IS NULL, $1 + 1")
            .addParameters(Events.number(3))
            .addParameters(Events.number(0.5))
            .addParameters(Events.text("x'; DROP TABLE events; --"))
            .addParameters(Value.newBuilder().setBoolValue(true))
            .addParameters(Value.newBuilder().setNullValue(NullValue.NULL_VALUE))
            .build();

    Asked asked = Asked.of(daemon.channel(), request);

    assertThat(asked.refusal()).isEmpty();
    assertThat(asked.plain().get(0))
        .isEqualTo(List.of("BIGINT", "DOUBLE", "VARCHAR", "BOOLEAN", true, 4.0));
    Asked missing = Asked.of(daemon.channel(), "SELECT ?");
    assertThat(missing.refusal().orElseThrow().reason()).isEqualTo("INVALID_QUERY");
  }

  @Test
  void shouldTakeEveryKindOfStatementThatOnlyReads() {
    for (String sql :
        List.of(
            "FROM runs",
            "TABLE runs",
            "VALUES (1, 'a')",
            "(SELECT 1) UNION ALL (SELECT 2) ORDER BY 1;",
            "DESCRIBE events",
            "DESCRIBE SELECT 1",
            "SUMMARIZE runs",
            "SHOW TABLES",
            "SHOW ALL TABLES",
            "EXPLAIN SELECT * FROM turns",
            "explain /* c */ analyze SELECT 1",
            "SELECT 1 -- ends with a comment",
            "SELECT 1 AS a, 2 AS a",
            "SELECT repeat('=', 40)",
            "SELECT * FROM range(3) UNION ALL BY NAME FROM range(3)",
            "SELECT table_name FROM information_schema.tables",
            "WITH RECURSIVE x AS (SELECT 1 AS a UNION ALL SELECT a + 1 FROM x WHERE a < 5) FROM x",
            "SELECT count(*) FILTER (kind = 'metric') OVER (PARTITION BY run_id) FROM events",
            "SELECT unnest([1, 2]), list_transform([1], lambda x : x + 1)")) {
      assertThat(Asked.of(daemon.channel(), sql).refusal()).as(sql).isEmpty();
    }
  }

  @Test
  void shouldSayWhereASyntaxErrorIs() {
    Asked parser = Asked.of(daemon.channel(), "SELECT 1 FROM\nWHERE");
    Asked binder = Asked.of(daemon.channel(), "SELECT nope\nFROM runs");

    assertThat(parser.refusal().orElseThrow().metadata()).containsEntry("position", "14");
    assertThat(parser.refusal().orElseThrow().fields()).containsExactly("sql");
    assertThat(binder.refusal().orElseThrow().message()).contains("nope", "LINE 1: SELECT nope");
  }

  @Test
  void shouldReadItsOwnWrites() {
    try (EiderClient client = EiderClient.connect(daemon.target())) {
      for (int i = 1; i <= 3; i++) {
        client.publish(
            PublishRequest.newBuilder()
                .setRunId("own")
                .setOpenIfMissing(true)
                .addEvents(Events.metric("ada", i, "score", i))
                .build());
        QueryRequest request =
            Asked.request("SELECT max(seq) FROM events WHERE run_id = 'own'")
                .putMinSeqs("own", i)
                .build();
        assertThat(Asked.of(daemon.channel(), request).value(0, 0).getNumberValue()).isEqualTo(i);
      }
    }
    QueryRequest early =
        Asked.request("SELECT 1").putMinSeqs("own", 4).setTimeout(Asked.ms(200)).build();
    QueryRequest unknown = Asked.request("SELECT 1").putMinSeqs("nobody", 1).build();
    assertThat(reason(early)).isEqualTo("WAIT_TIMED_OUT");
    assertThat(reason(unknown)).isEqualTo("RUN_NOT_FOUND");
  }

  @Test
  void shouldEndAtTheBoundsOfTheCaller() {
    Asked rows = Asked.of(daemon.channel(), Asked.request(ENDLESS).setMaxRows(2_500).build());
    long before = System.nanoTime();
    Asked time =
        Asked.of(
            daemon.channel(),
            Asked.request("SELECT sum(hash(range)) FROM range(100000000000)")
                .setTimeout(Asked.ms(300))
                .build());
    Duration took = Duration.ofNanos(System.nanoTime() - before);

    assertThat(rows.rows()).hasSize(2_500);
    assertThat(rows.refusal().orElseThrow().metadata()).containsEntry("limit_rows", "2500");
    assertThat(time.refusal().orElseThrow().metadata()).containsEntry("limit_ms", "300");
    assertThat(took).isBetween(Duration.ofMillis(300), Duration.ofMillis(1_500));
  }

  @Test
  void shouldEndWhenTheCallerGoes() {
    try (EiderClient client = EiderClient.connect(daemon.target())) {
      QueryResult result = client.query(ENDLESS);
      assertThat(result.hasNext()).isTrue();
      assertThat(client.serverInfo().getCounters().getQueries()).isEqualTo(1);

      // when
      long before = System.nanoTime();
      result.close();

      // then
      await()
          .pollInterval(Duration.ofMillis(2))
          .until(() -> client.serverInfo().getCounters().getQueries() == 0);
      System.out.println("cancelled in ms: " + (System.nanoTime() - before) / 1_000_000);
      // Both threads are free again.
      for (int i = 0; i < 4; i++) {
        try (QueryResult again = client.query("SELECT 1")) {
          assertThat(again.hasNext()).isTrue();
        }
      }
    }
  }

  @Test
  void shouldHoldLittleForAStalledReaderAndLetItGoInTime() {
    try (EiderClient client = EiderClient.connect(daemon.target());
        QueryResult stalled =
            client.query(Asked.request(ENDLESS).setTimeout(Asked.ms(5_000)).build());
        QueryResult second = client.query(ENDLESS)) {
      // given two readers that take one row each
      assertThat(stalled.next().getValuesCount()).isEqualTo(2);
      assertThat(second.hasNext()).isTrue();

      // then a third is refused, and nothing piles up
      assertThat(reason(Asked.request("SELECT 1").build())).isEqualTo("OVERLOADED");
      assertThat(client.serverInfo().getCounters().getHeapBytes()).isLessThan(600L << 20);

      // and the first is let go when its time is over
      await().until(() -> client.serverInfo().getCounters().getQueries() == 1);
      assertThat(Asked.of(daemon.channel(), "SELECT 1").refusal()).isEmpty();
      try {
        stalled.forEachRemaining(row -> {});
        throw new AssertionError("ended well");
      } catch (EiderException e) {
        assertThat(e.reason()).isEqualTo(ErrorReason.ERROR_REASON_QUERY_LIMIT);
      }
    }
  }

  private String reason(QueryRequest request) {
    return Asked.of(daemon.channel(), request).refusal().orElseThrow().reason();
  }
}
