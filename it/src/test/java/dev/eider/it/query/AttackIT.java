package dev.eider.it.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.client.EiderClient;
import dev.eider.it.Daemon;
import dev.eider.it.DaemonExtension;
import dev.eider.it.Events;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.RunOutcome;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** No statement writes, reads what is not the daemon's, or takes more than its bounds. */
@Timeout(60)
class AttackIT {
  private static final String RUN = "witness";

  /** The heap of 1 GiB, DuckDB's 512 MiB, and what queries may take beside them. */
  private static final long PEAK_BYTES_MAX = 2_560L << 20;

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
  static void shouldHaveTakenNoMoreMemoryThanItMay() {
    client.close();
    long peak = EXTENSION.daemon().peakResidentBytes();
    System.out.println("peak of the daemon's memory in MiB: " + (peak >> 20));
    assertThat(peak).isLessThan(PEAK_BYTES_MAX);
  }

  @ParameterizedTest
  @MethodSource("dev.eider.it.query.Attacks#refused")
  void shouldRefuse(String sql) {
    Asked asked = Asked.of(daemon.channel(), sql);

    assertThat(asked.refusal()).as("%s: %s", sql, asked.rows()).isPresent();
    assertThat(asked.refusal().get().reason()).as("%s", asked.refusal()).isEqualTo("INVALID_QUERY");
    assertThat(asked.rows()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("dev.eider.it.query.Attacks#bounded")
  void shouldBound(String sql) {
    Asked asked = Asked.of(daemon.channel(), sql);

    assertThat(asked.refusal()).as("%s: %s rows", sql, asked.rows().size()).isPresent();
    assertThat(asked.refusal().get().reason()).as("%s", asked.refusal()).isEqualTo("QUERY_LIMIT");
  }

  @ParameterizedTest
  @MethodSource("dev.eider.it.query.Attacks#harmless")
  void shouldRunNothingThatIsHidden(String sql) {
    Asked asked = Asked.of(daemon.channel(), sql);

    asked.refusal().ifPresent(refusal -> assertThat(refusal.reason()).isEqualTo("INVALID_QUERY"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SHOW TABLES",
        "SHOW ALL TABLES",
        "FROM duckdb_tables()",
        "FROM duckdb_tables",
        "FROM duckdb_columns()",
        "FROM duckdb_columns",
        "SELECT view_name FROM duckdb_views()",
        "FROM information_schema.table_constraints",
        "SELECT schema_name || '.kept_runs' FROM information_schema.schemata WHERE schema_name = 'eider'",
        "FROM information_schema.tables",
        "FROM information_schema.columns",
        "DESCRIBE",
        "SHOW"
      })
  void shouldNotListTheTablesOfTheDaemon(String sql) {
    Asked asked = Asked.of(daemon.channel(), sql);

    assertThat(asked.plain().toString())
        .doesNotContain("store_state", "kept_runs", "deleted_runs", "event_rest", "producers");
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
            Asked.request(
                    "SELECT count(*), (SELECT count(*) FROM runs WHERE state = 'open') FROM events")
                .putMinSeqs(RUN, published)
                .build());
    assertThat(count.refusal()).isEmpty();
    assertThat(count.value(0, 0).getNumberValue()).isEqualTo(published);
    assertThat(count.value(0, 1).getNumberValue()).isEqualTo(1);
  }
}
