package dev.eider.it.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.eider.client.EiderClient;
import dev.eider.client.MultiRunSink;
import dev.eider.it.Daemon;
import dev.eider.it.DaemonExtension;
import dev.eider.it.RecordedRun;
import dev.eider.it.RecordedRuns;
import dev.eider.v1.Event;
import dev.eider.v1.ForkRequest;
import dev.eider.v1.RunOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
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
            .setMergePatch(dev.eider.it.Events.gold(1).getState())
            .setMutationSummary("gold for " + child)
            .setReason("what if")
            .build());
    try (var publisher = client.publisher(child)) {
      root.events().stream()
          .filter(event -> event.getT() == t || event.getT() == t + 1)
          .filter(event -> !event.hasMetric())
          .forEach(publisher::publish);
    }
    client.closeRun(child, RunOutcome.RUN_OUTCOME_COMPLETED);
  }

  @Test
  void shouldCountAndSumWhatTheInputHas() {
    String from = " FROM %s WHERE run_id LIKE 'airline%%' GROUP BY run_id";
    shouldBe("SELECT run_id, count(*)" + from, "turns", Event::hasTurnStart, event -> 1);
    shouldBe(
        "SELECT run_id, sum(entity_count)" + from,
        "observations",
        Event::hasObservation,
        event -> event.getObservation().getEntityCount());
    shouldBe(
        "SELECT run_id, sum(len(classes))" + from,
        "observations",
        Event::hasObservation,
        event -> event.getObservation().getClassesCount());
    shouldBe(
        "SELECT run_id, sum(action_count + strlen(reasoning))" + from,
        "llm_calls",
        Event::hasLlmResponse,
        event ->
            event.getLlmResponse().getActionsCount()
                + event.getLlmResponse().getReasoningBytes().size());
    shouldBe(
        "SELECT run_id, sum(strlen(state_summary))" + from,
        "llm_calls",
        Event::hasLlmPrompt,
        event -> event.getLlmPrompt().getStateSummaryBytes().size());
    shouldBe(
        "SELECT run_id, sum(llm_calls)" + from, "run_costs", Event::hasLlmResponse, event -> 1);
    shouldBe("SELECT run_id, count(*)" + from, "actions", Event::hasAction, event -> 1);
    shouldBe(
        "SELECT run_id, count(*) FILTER (state_changed)" + from,
        "actions",
        Event::hasAction,
        event -> 0,
        Event::hasActionResult,
        event -> event.getActionResult().getStateChanged() ? 1 : 0);
    shouldBe(
        "SELECT run_id, sum(value)" + from,
        "metrics",
        Event::hasMetric,
        event -> event.getMetric().getValue());
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
  void shouldPutWhatAForkInheritsBeforeItsOwn() {
    // given the seqs before the forked turn_start, of the root and of the child
    List<List<Object>> expected = new ArrayList<>();
    long rootUntil = seqOfTurn(root.events(), 3) - 1;
    for (long seq = 1; seq <= rootUntil; seq++) {
      expected.add(List.of(root.runId(), (double) seq));
    }
    // The child begins with fork and world_mutation, then its own turn 3.
    long turn = root.events().stream().filter(event -> event.getT() == 3).count();
    for (long seq = 1; seq <= 2 + turn; seq++) {
      expected.add(List.of("child", (double) seq));
    }
    long own =
        2
            + root.events().stream()
                .filter(event -> event.getT() == 4 || event.getT() == 5)
                .filter(event -> !event.hasMetric())
                .count();
    for (long seq = 1; seq <= own; seq++) {
      expected.add(List.of("grandchild", (double) seq));
    }

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
    List<String> questions = DocumentedSql.questions();

    assertThat(questions).hasSizeGreaterThan(9);
    for (String question : questions) {
      Asked asked = Asked.of(daemon.channel(), question);
      assertThat(asked.refusal()).as(question).isEmpty();
      assertThat(asked.rows()).as(question).isNotEmpty();
    }
  }

  private void shouldBe(
      String sql, String view, Predicate<Event> which, ToDoubleFunction<Event> amount) {
    shouldBe(sql, view, which, amount, event -> false, event -> 0);
  }

  /** A sum over each run's events of one kind, and of another. */
  private void shouldBe(
      String sql,
      String view,
      Predicate<Event> which,
      ToDoubleFunction<Event> amount,
      Predicate<Event> others,
      ToDoubleFunction<Event> othersAmount) {
    Map<Object, Object> expected = new TreeMap<>();
    for (RecordedRun run : recorded) {
      if (run.events().stream().anyMatch(which)) {
        double sum =
            run.events().stream().filter(which).mapToDouble(amount).sum()
                + run.events().stream().filter(others).mapToDouble(othersAmount).sum();
        expected.put(run.runId(), sum);
      }
    }
    Map<Object, Object> actual = new TreeMap<>();
    Asked asked = Asked.of(daemon.channel(), sql.formatted(view));
    assertThat(asked.refusal()).as(sql).isEmpty();
    asked.plain().forEach(row -> actual.put(row.get(0), row.get(1)));
    assertThat(actual).as(sql.formatted(view)).isEqualTo(expected);
  }

  private static double reward(RecordedRun run) {
    return run.events().get(run.events().size() - 1).getMetric().getValue();
  }

  private static long seqOfTurn(List<Event> events, int t) {
    for (int i = 0; i < events.size(); i++) {
      if (events.get(i).hasTurnStart() && events.get(i).getT() == t) {
        return i + 1;
      }
    }
    throw new AssertionError("no turn " + t);
  }
}
