package dev.eider.it.query;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ListValue;
import dev.eider.client.EiderClient;
import dev.eider.it.Daemon;
import dev.eider.it.DaemonExtension;
import dev.eider.it.Events;
import dev.eider.it.Refusal;
import dev.eider.v1.Event;
import dev.eider.v1.LlmResponsePayload;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.RunOutcome;
import dev.eider.v1.WorldStateSnapshot;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is too large is named, and what is before it is answered. DuckDB has little memory here. */
@Timeout(120)
class QueryBoundsIT {
  private static final int SMALL = 200;
  private static final int WIDE_SEQ = 151;
  private static final int WIDE_BYTES = 15_000_000;
  private static final int STATES = 110;
  private static final int STATE_BYTES = 1_400_000;

  @RegisterExtension
  static final DaemonExtension EXTENSION =
      new DaemonExtension()
          .likeLauncher()
          .set("store-memory-bytes-max", 96 << 20)
          .set("persist-linger-ms", 10);

  private final Daemon daemon = EXTENSION.daemon();

  @BeforeAll
  static void publish() {
    try (EiderClient client = EiderClient.connect(EXTENSION.daemon().target())) {
      client.publish(request("wide").addAllEvents(Events.metrics(WIDE_SEQ - 1, 0)).build());
      client.publish(request("wide").addEvents(response(WIDE_BYTES)).build());
      client.publish(request("wide").addAllEvents(Events.metrics(SMALL - WIDE_SEQ, 0)).build());
      client.publish(request("fits").addEvents(response(3_990_000)).build());
      for (int t = 0; t < STATES; t++) {
        WorldStateSnapshot.Builder state = Events.gold(t).toBuilder();
        state.getStateBuilder().putFields("map", Events.text("m".repeat(STATE_BYTES)));
        client.publish(
            request("states").addEvents(Events.turnStart("ada", t, state.build())).build());
      }
      for (String run : List.of("wide", "fits", "states")) {
        client.closeRun(run, RunOutcome.RUN_OUTCOME_COMPLETED);
      }
    }
  }

  private static PublishRequest.Builder request(String run) {
    return PublishRequest.newBuilder().setRunId(run).setOpenIfMissing(true);
  }

  private static Event response(int bytes) {
    return Event.newBuilder()
        .setAgentId("ada")
        .setLlmResponse(LlmResponsePayload.newBuilder().setReasoning("r".repeat(bytes)))
        .build();
  }

  @Test
  void shouldAnswerTheRowsBeforeAWideOneAndNameIt() {
    for (String columns :
        List.of("run_id, seq, payload_json", "*", "seq, run_id, upper(payload_json) AS loud")) {
      // when
      String sql = "SELECT " + columns + " FROM events WHERE run_id = 'wide' ORDER BY seq";
      Asked asked = Asked.of(daemon.channel(), sql);

      // then
      assertThat(asked.rows()).as(sql).hasSize(WIDE_SEQ - 1);
      Refusal refusal = asked.refusal().orElseThrow();
      assertThat(refusal.reason()).isEqualTo("QUERY_LIMIT");
      assertThat(refusal.metadata())
          .containsEntry("row", "" + WIDE_SEQ)
          .containsEntry("run_id", "wide")
          .containsEntry("seq", "" + WIDE_SEQ)
          .containsEntry("limit_bytes", "4000000")
          .containsKeys("column", "bytes");
      assertThat(Long.parseLong(refusal.metadata().get("bytes"))).isGreaterThan(WIDE_BYTES);
      assertThat(refusal.message())
          .contains(refusal.metadata().get("column"), "run_id 'wide', seq 151", "4000000", "left(");
    }
  }

  @Test
  void shouldAnswerWhatItAdvisesInstead() {
    for (String column :
        List.of(
            "left(payload_json, 1000)", "length(payload_json)", "payload_json ->> '$.cost_usd'")) {
      String sql = "SELECT seq, " + column + " FROM events WHERE run_id = 'wide' ORDER BY seq";
      Asked asked = Asked.of(daemon.channel(), sql);

      assertThat(asked.refusal()).as(sql).isEmpty();
      assertThat(asked.rows()).hasSize(SMALL);
    }
  }

  @Test
  void shouldNameTheLargestOfARowOfManyColumns() {
    Asked asked =
        Asked.of(
            daemon.channel(),
            "SELECT seq, left(payload_json, 1500000) AS a, left(payload_json, 2000000) AS b,"
                + " left(payload_json, 1000000) AS c FROM events WHERE run_id = 'wide' ORDER BY seq");

    assertThat(asked.rows()).hasSize(WIDE_SEQ - 1);
    assertThat(asked.refusal().orElseThrow().metadata())
        .containsEntry("column", "b")
        .containsEntry("seq", "" + WIDE_SEQ);
  }

  @Test
  void shouldNotLetNumbersOfAListOutgrowTheHeap() {
    Asked asked = Asked.of(daemon.channel(), "SELECT list(1) FROM range(500000)");

    assertThat(asked.refusal().orElseThrow().metadata()).containsEntry("row", "1");
    assertThat(asked.refusal().orElseThrow().message()).contains("4000000 bytes as it is sent");
  }

  @Test
  void shouldSendARowThatAClientWithTheDefaultLimitTakes() {
    // given
    ManagedChannel channel =
        Grpc.newChannelBuilder(daemon.target(), InsecureChannelCredentials.create()).build();
    try {
      // when
      Asked asked =
          Asked.of(channel, "SELECT run_id, payload_json FROM events WHERE run_id = 'fits'");

      // then
      assertThat(asked.refusal()).isEmpty();
      assertThat(asked.value(0, 1).getStringValue()).hasSizeGreaterThan(3_990_000);
    } finally {
      channel.shutdownNow();
    }
  }

  @Test
  void shouldAnswerOrSayWhatHelpsWhenStatesAreLargerThanTheMemory() {
    String turns = " FROM turns WHERE run_id = 'states' ";
    String timeline = " FROM timeline WHERE run_id = 'states' ORDER BY ordinal LIMIT 3";
    for (String sql :
        List.of(
            "SELECT *" + turns + "ORDER BY seq LIMIT 3",
            "SELECT seq, left(snapshot, 20)" + turns + "ORDER BY seq LIMIT 3",
            "SELECT *" + timeline,
            "SELECT ordinal, left(payload_json, 20)" + timeline,
            "SELECT seq, snapshot ->> '$.state.gold'" + turns + "ORDER BY seq",
            "SELECT string_agg(snapshot, '')" + turns,
            "SELECT *" + turns + "ORDER BY snapshot DESC LIMIT 3")) {
      // when
      Asked asked = Asked.of(daemon.channel(), sql);

      // then
      System.out.println(sql + ": " + asked.rows().size() + " rows " + asked.refusal());
      if (asked.refusal().isPresent()) {
        Refusal refusal = asked.refusal().get();
        assertThat(refusal.reason()).as(sql).isEqualTo("QUERY_LIMIT");
        assertThat(refusal.message())
            .contains("store-memory-bytes-max", "left(payload_json, 1000)", "WHERE run_id")
            .doesNotContain("SET ", "Possible solutions");
        assertThat(refusal.metadata()).containsEntry("limit_bytes", "" + (96 << 20));
      } else {
        assertThat(asked.rows()).as(sql).isNotEmpty();
      }
    }
  }

  @Test
  void shouldAnswerThreeNarrowRowsOfLargeStates() {
    for (String sql :
        List.of(
            "SELECT seq, left(payload_json, 20) FROM events WHERE run_id = 'states' ORDER BY seq",
            "SELECT seq, payload_json ->> '$.snapshot.state.gold' FROM events WHERE run_id = 'states'"
                + " AND seq BETWEEN 1 AND 10 ORDER BY seq")) {
      Asked asked = Asked.of(daemon.channel(), sql + " LIMIT 3");

      assertThat(asked.refusal()).as(sql).isEmpty();
      assertThat(asked.rows()).as(sql).hasSize(3);
    }
  }

  @Test
  void shouldEndAQueryThatTakesMemoryBesideTheLimit() {
    // given a list of lists, of which DuckDB counts nothing
    String sql =
        "SELECT sum(len(list_transform(l, lambda x: list_transform(l, lambda y: l))))"
            + " FROM (SELECT list(range) AS l FROM range(1500))";

    // when
    Asked asked = Asked.of(daemon.channel(), sql);

    // then
    System.out.println("beside the limit: " + asked.refusal());
    Refusal refusal = asked.refusal().orElseThrow();
    assertThat(refusal.reason()).isEqualTo("QUERY_LIMIT");
    assertThat(refusal.message()).contains("have made the daemon");
    // And others are answered.
    List<ListValue> others = Asked.of(daemon.channel(), "SELECT 1").rows();
    assertThat(others).hasSize(1);
  }

  @Test
  void shouldPointAtThePlaceBehindTextThatIsNotAscii() {
    Asked binder = Asked.of(daemon.channel(), "SELECT '日本語', nothing FROM events");
    Asked parser = Asked.of(daemon.channel(), "SELECT '日本語',\n'é🦆' FROM FROM");
    Asked running =
        Asked.of(
            daemon.channel(),
            "SELECT 'é',\n  CAST('日本' || kind AS INTEGER) FROM events WHERE run_id = 'wide'");

    assertThat(binder.refusal().orElseThrow().metadata()).containsEntry("position", "14");
    assertThat(binder.refusal().orElseThrow().message())
        .contains("LINE 1: SELECT '日本語', nothing FROM events", "^^^^^^^");
    assertThat(parser.refusal().orElseThrow().metadata()).containsEntry("position", "24");
    assertThat(parser.refusal().orElseThrow().message()).contains("LINE 2: 'é🦆' FROM FROM");
    assertThat(running.refusal().orElseThrow().metadata()).containsEntry("position", "14");
    assertThat(running.refusal().orElseThrow().message())
        .contains("'日本metric'", "LINE 2:   CAST('日本' || kind AS INTEGER) FROM events");
  }

  @Test
  void shouldTakeTheArrowsOfOlderQueries() {
    Asked asked =
        Asked.of(
            daemon.channel(),
            "SELECT list_transform([1, 2], x -> x + 1), list_filter([1, 2], x -> x > 1),"
                + " list_reduce([1, 2], (a, b) -> a + b), '{\"a\": 5}'::JSON -> 'a'");

    assertThat(asked.refusal()).isEmpty();
    assertThat(asked.plain().get(0)).isEqualTo(List.of(List.of(2.0, 3.0), List.of(2.0), 3.0, "5"));
  }
}
