package dev.eider.bench.measure;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.eider.bench.BenchEvent;
import dev.eider.bench.Ceiling;
import dev.eider.bench.Measure;
import dev.eider.bench.Peer;
import dev.eider.bench.Pipeline;
import dev.eider.bench.Rig;
import dev.eider.bench.Unit;
import dev.eider.bench.Workload;
import dev.eider.bench.wire.EiderPeer;
import dev.eider.client.EiderClient;
import dev.eider.client.QueryResult;
import dev.eider.v1.ActionResultPayload;
import dev.eider.v1.Event;
import dev.eider.v1.ForkRequest;
import dev.eider.v1.LlmResponsePayload;
import dev.eider.v1.MetricPayload;
import dev.eider.v1.TurnStartPayload;
import dev.eider.v1.WorldStateSnapshot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What people ask most of what a run holds, against the same sum over a column that is there for
 * it: metrics, answers of models and results of tools are as many.
 */
final class Questions implements Measure {
  private static final int RUNS = 100;
  private static final int FORKS = 100;
  private static final int TIMES = 9;
  private static final int KINDS = 4;
  private static final int PATTERN = 2_000;

  private static final String METRICS =
      "SELECT name, agent_id, count(*), sum(value), min(value), max(value) FROM metrics"
          + " GROUP BY ALL";
  private static final String MODELS =
      "SELECT model, agent_id, count(*), sum(input_tokens), sum(output_tokens), sum(cost_usd)"
          + " FROM llm_calls GROUP BY ALL";
  private static final String TOOLS =
      """
      SELECT tools.action_type, failures, last.error, last.payload_json -> '$.output'
      FROM (
        SELECT action_type, count(error) AS failures,
          max({'ts': ts, 'run_id': run_id, 'seq': seq}) FILTER (error IS NOT NULL) AS place
        FROM events WHERE kind = 'action_result' GROUP BY action_type) AS tools
      LEFT JOIN events AS last ON last.run_id = place.run_id AND last.seq = place.seq
      """;
  private static final String CHANGES = "SELECT run_id, mutation_summary, mutation FROM forks";

  @Override
  public String name() {
    return "questions";
  }

  @Override
  public String about() {
    return "cost by model, failing tools, what forks changed: SQL, against a sum of metrics";
  }

  @Override
  public void run(Rig rig) throws Exception {
    rig.inDirectory(
        directory -> {
          try (EiderPeer eider = new EiderPeer()) {
            eider.start(directory, RUNS);
            try (Peer.Publisher publisher = eider.publisher()) {
              new Pipeline(publisher, eider.pipelining(), workload(), RUNS)
                  .count(rig.scale().storedEvents());
            }
            eider.settle();
            try (EiderClient client = EiderClient.connect(eider.daemon().target())) {
              fork(client);
              report(client, "cost and tokens by model and agent", MODELS, eider, rig);
              report(client, "which tool fails most, its last output", TOOLS, eider, rig);
              report(client, "what each fork changed", CHANGES, eider, rig);
            }
          }
        });
  }

  /** In turn, so that both see the same machine. */
  private static void report(
      EiderClient client, String figure, String sql, EiderPeer eider, Rig rig) {
    long[] metrics = new long[TIMES];
    long[] asked = new long[TIMES];
    for (int i = 0; i < TIMES; i++) {
      metrics[i] = nanos(client, METRICS);
      asked[i] = nanos(client, sql);
    }
    rig.report(figure, Ceiling.METRICS, Unit.MILLISECONDS, median(metrics) / 1e6);
    rig.report(figure, eider.name(), Unit.MILLISECONDS, median(asked) / 1e6);
  }

  private static double median(long[] nanos) {
    Arrays.sort(nanos);
    return nanos[nanos.length / 2];
  }

  private static long nanos(EiderClient client, String sql) {
    long begun = System.nanoTime();
    try (QueryResult rows = client.query(sql)) {
      if (!rows.hasNext()) {
        throw new AssertionError("no rows: " + sql);
      }
      rows.forEachRemaining(row -> {});
    }
    return System.nanoTime() - begun;
  }

  private static void fork(EiderClient client) {
    String parent = "forked";
    try (var publisher = client.publisher(parent)) {
      publisher.publish(
          Event.newBuilder()
              .setTurnStart(TurnStartPayload.newBuilder().setSnapshot(world(1)))
              .build());
    }
    for (int i = 0; i < FORKS; i++) {
      client.fork(
          ForkRequest.newBuilder()
              .setParentRunId(parent)
              .setRequestId("fork-" + i)
              .setMergePatch(world(i).getState())
              .build());
    }
  }

  private static WorldStateSnapshot world(int gold) {
    Value number = Value.newBuilder().setNumberValue(gold).build();
    return WorldStateSnapshot.newBuilder()
        .setState(Struct.newBuilder().putFields("gold", number))
        .build();
  }

  private static Workload workload() {
    List<BenchEvent> events = new ArrayList<>();
    for (int i = 0; i < PATTERN * KINDS; i++) {
      Event.Builder event = Event.newBuilder().setAgentId("agent-" + i % 5).setT(i / 10);
      int number = i / KINDS;
      switch (i % KINDS) {
        case 0 ->
            event.setMetric(MetricPayload.newBuilder().setName("m-" + number % 3).setValue(i));
        case 1 ->
            event.setLlmResponse(
                LlmResponsePayload.newBuilder()
                    .setReasoning("since it is so ".repeat(20))
                    .setCostUsd(0.01)
                    .setModel("model-" + number % 3)
                    .setInputTokens(number)
                    .setOutputTokens(7));
        case 2 -> event.setActionResult(result(number));
        default -> event.getLlmPromptBuilder().setStateSummary("this is how it is ".repeat(20));
      }
      Event built = event.setSchemaVersion(1).build();
      events.add(Workload.encoded(built, "", new byte[0]));
    }
    return Workload.of(events);
  }

  private static ActionResultPayload result(int number) {
    ActionResultPayload.Builder result =
        ActionResultPayload.newBuilder()
            .setActionType("tool-" + number % 3)
            .setOutput(Value.newBuilder().setStringValue("output " + number));
    if (number % 7 == 0) {
      result.setError("error " + number % 50);
    }
    return result.build();
  }
}
