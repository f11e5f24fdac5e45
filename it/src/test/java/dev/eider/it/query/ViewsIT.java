package dev.eider.it.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.eider.client.EiderClient;
import dev.eider.client.MultiRunSink;
import dev.eider.it.Daemon;
import dev.eider.it.DaemonExtension;
import dev.eider.it.Document;
import dev.eider.it.Events;
import dev.eider.it.RecordedRun;
import dev.eider.it.RecordedRuns;
import dev.eider.v1.Event;
import dev.eider.v1.ForkRequest;
import dev.eider.v1.RunOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** 150 real runs and forks of them: what the views say is what the input says. */
@Timeout(120)
class ViewsIT {
  @RegisterExtension static final DaemonExtension EXTENSION = new DaemonExtension();

  private static List<RecordedRun> recorded = List.of();
  private static RecordedRun root;

  private final Daemon daemon = EXTENSION.daemon();

  @BeforeAll
  static void play() {
    recorded = RecordedRuns.all().stream().map(Enrichment::of).toList();
    root = recorded.stream().filter(run -> run.turnCount() > 6).findFirst().orElseThrow();
    try (EiderClient client = EiderClient.connect(EXTENSION.daemon().target())) {
      try (MultiRunSink sink = client.multiRunSink()) {
        recorded.forEach(run -> run.events().forEach(event -> sink.accept(run.runId(), event)));
      }
      fork(client, root.runId(), 3, "child");
      fork(client, "child", 4, "grandchild");
    }
  }

  /** A child that changes the world, and has two turns of its own from the forked one on. */
  private static void fork(EiderClient client, String parent, int t, String child) {
    client.fork(
        ForkRequest.newBuilder()
            .setParentRunId(parent)
            .setParentT(t)
            .setRunId(child)
            .setMergePatch(Events.gold(1).getState())
            .setMutationSummary("gold for " + child)
            .setReason("what if")
            .build());
    try (var publisher = client.publisher(child)) {
      played(t, t + 1).forEach(publisher::publish);
    }
    client.closeRun(child, RunOutcome.RUN_OUTCOME_COMPLETED);
  }

  @Test
  void shouldCountAndSumWhatTheInputHas() {
    shouldBe("count(*)", "turns", event -> event.hasTurnStart() ? 1 : 0);
    shouldBe("count(*)", "actions", event -> event.hasAction() ? 1 : 0);
    shouldBe("sum(llm_calls)", "run_costs", event -> event.hasLlmResponse() ? 1 : 0);
    shouldBe("sum(value)", "metrics", event -> event.getMetric().getValue());
    shouldBe("sum(entity_count)", "observations", event -> event.getObservation().getEntityCount());
    shouldBe(
        "sum(len(classes))", "observations", event -> event.getObservation().getClassesCount());
    shouldBe(
        "sum(action_count + strlen(reasoning))",
        "llm_calls",
        event ->
            event.getLlmResponse().getActionsCount()
                + event.getLlmResponse().getReasoningBytes().size());
    shouldBe(
        "sum(strlen(state_summary))",
        "llm_calls",
        event -> event.getLlmPrompt().getStateSummaryBytes().size());
    shouldBe(
        "count(*) FILTER (state_changed)",
        "actions",
        event -> event.getActionResult().getStateChanged() ? 1 : 0);
  }

  /**
   * What is summed up of each run is the sum over its events; a run without any has 0, or no row.
   */
  private void shouldBe(String sum, String view, ToDoubleFunction<Event> amount) {
    String sql =
        "SELECT run_id, %s AS n FROM %s WHERE run_id LIKE 'airline%%' GROUP BY run_id HAVING n <> 0"
            .formatted(sum, view);
    Map<Object, Object> expected = new TreeMap<>();
    for (RecordedRun run : recorded) {
      expected.put(run.runId(), run.events().stream().mapToDouble(amount).sum());
    }
    expected.values().removeIf(value -> value.equals(0.0));
    assertThat(expected).isNotEmpty();
    Asked asked = Asked.of(daemon.channel(), sql);
    assertThat(asked.refusal()).as(sql).isEmpty();
    assertThat(
            asked.plain().stream().collect(Collectors.toMap(row -> row.get(0), row -> row.get(1))))
        .as(sql)
        .isEqualTo(expected);
  }

  @Test
  void shouldRankAsTheInputDoes() {
    long winners = recorded.stream().filter(run -> reward(run) == 1).count();

    Asked asked =
        Asked.of(
            daemon.channel(),
            "SELECT rank, count(*), min(value), max(value) FROM leaderboard WHERE name = 'reward'"
                + " GROUP BY rank ORDER BY rank");

    assertThat(asked.plain())
        .isEqualTo(
            List.of(
                List.of(1.0, (double) winners, 1.0, 1.0),
                List.of(winners + 1.0, recorded.size() - (double) winners, 0.0, 0.0)));
  }

  @Test
  void shouldSumCostAndTokensByModelAndAgent() {
    Map<String, double[]> expected = new TreeMap<>();
    for (RecordedRun run : recorded) {
      for (Event event : run.events()) {
        if (event.hasLlmResponse()) {
          double[] sums =
              expected.computeIfAbsent(
                  Enrichment.model(event) + " " + event.getAgentId(), key -> new double[4]);
          sums[0]++;
          sums[1] += Enrichment.inputTokens(event);
          sums[2]++;
          sums[3] += event.getLlmResponse().getCostUsd();
        }
      }
    }

    Asked asked =
        Asked.of(
            daemon.channel(),
            "SELECT model || ' ' || agent_id, sum(calls), sum(input_tokens), sum(output_tokens),"
                + " sum(cost_usd) FROM model_costs WHERE run_id LIKE 'airline%'"
                + " GROUP BY 1 ORDER BY 1");

    assertThat(asked.plain()).hasSameSizeAs(expected.keySet());
    int row = 0;
    for (Map.Entry<String, double[]> entry : expected.entrySet()) {
      List<Object> actual = asked.plain().get(row++);
      assertThat(actual.get(0)).isEqualTo(entry.getKey());
      for (int i = 0; i < 4; i++) {
        assertThat(((Number) actual.get(i + 1)).doubleValue())
            .as(entry.getKey())
            .isCloseTo(entry.getValue()[i], offset(1e-9));
      }
    }
  }

  @Test
  void shouldFindTheToolsThatFailWithTheirLastOutput() {
    Map<String, List<Event>> failures = new TreeMap<>();
    for (RecordedRun run : recorded) {
      for (Event event : run.events()) {
        if (event.hasActionResult() && event.getActionResult().hasError()) {
          failures
              .computeIfAbsent(event.getActionResult().getActionType(), type -> new ArrayList<>())
              .add(event);
        }
      }
    }
    List<List<Object>> expected = new ArrayList<>();
    failures.forEach(
        (type, events) ->
            expected.add(
                List.of(
                    type,
                    (double) events.size(),
                    events.stream()
                        .map(event -> event.getActionResult().getOutput().getStringValue())
                        .max(String::compareTo)
                        .orElseThrow())));

    Asked asked =
        Asked.of(
            daemon.channel(),
            "SELECT action_type, count(error), max(output ->> '$') FROM tool_calls"
                + " WHERE error IS NOT NULL AND run_id LIKE 'airline%' GROUP BY 1 ORDER BY 1");

    assertThat(asked.plain()).isEqualTo(expected);
  }

  @Test
  void shouldSayWhatEachForkChanged() {
    Asked asked =
        Asked.of(
            daemon.channel(),
            "SELECT run_id, mutation, snapshot ->> '$.gold' FROM forks ORDER BY run_id");

    String mutation = "{\"merge_patch\":{\"gold\":1}}";
    assertThat(asked.plain())
        .isEqualTo(List.of(List.of("child", mutation, "1"), List.of("grandchild", mutation, "1")));
  }

  @Test
  void shouldPutWhatAForkInheritsBeforeItsOwn() {
    // given the seqs before the forked turn_start, of the root and of the child
    List<List<Object>> expected = new ArrayList<>();
    addSeqs(expected, root.runId(), seqOfTurn(3) - 1);
    // The child begins with fork and world_mutation, then its own turn 3.
    addSeqs(expected, "child", 2 + played(3, 3).count());
    addSeqs(expected, "grandchild", 2 + played(4, 5).count());

    // then
    Asked asked =
        Asked.of(
            daemon.channel(),
            "SELECT source_run_id, seq FROM timeline WHERE run_id = 'grandchild' ORDER BY ordinal");

    assertThat(asked.plain()).isEqualTo(expected);
    assertThat(
            Asked.of(daemon.channel(), "SELECT run_id, reason FROM mutations ORDER BY run_id")
                .plain())
        .isEqualTo(List.of(List.of("child", "what if"), List.of("grandchild", "what if")));
    assertThat(
            Asked.of(
                    daemon.channel(),
                    "SELECT parent_run_id, parent_t, root_run_id, mutation_summary FROM forks"
                        + " ORDER BY run_id")
                .plain())
        .isEqualTo(
            List.of(
                List.of(root.runId(), 3.0, root.runId(), "gold for child"),
                List.of("child", 4.0, root.runId(), "gold for grandchild")));
  }

  @Test
  void shouldAnswerEveryDocumentedQuestion() {
    List<String> questions = Document.read("docs/sql.md").blocks("sql");

    assertThat(questions).hasSizeGreaterThan(9);
    for (String question : questions) {
      Asked asked = Asked.of(daemon.channel(), question);
      assertThat(asked.refusal()).as(question).isEmpty();
      assertThat(asked.rows()).as(question).isNotEmpty();
    }
  }

  private static double reward(RecordedRun run) {
    return run.events().get(run.events().size() - 1).getMetric().getValue();
  }

  private static void addSeqs(List<List<Object>> places, String runId, long until) {
    for (long seq = 1; seq <= until; seq++) {
      places.add(List.of(runId, (double) seq));
    }
  }

  /** The root's events of some turns but for metrics, which its forks play again. */
  private static Stream<Event> played(int firstT, int lastT) {
    return root.events().stream()
        .filter(event -> event.getT() >= firstT && event.getT() <= lastT && !event.hasMetric());
  }

  private static long seqOfTurn(int t) {
    return 1 + root.events().stream().takeWhile(event -> event.getT() < t).count();
  }
}
