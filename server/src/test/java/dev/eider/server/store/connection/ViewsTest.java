package dev.eider.server.store.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.server.event.RunId;
import dev.eider.server.run.Parent;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.StoreFixture;
import dev.eider.server.store.StoreRows;
import dev.eider.server.store.TestEvents;
import dev.eider.v1.RunOutcome;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ViewsTest extends StoreFixture {
  /** A run, its fork and the fork's fork. */
  @BeforeEach
  void fill() throws StoreException {
    RunId root = new RunId("root");
    log.open("root")
        .publish(
            "root",
            TestEvents.turnStart("red", 0),
            TestEvents.observation("red", 0, 2, "ork", "tree"),
            TestEvents.prompt("red", 0, "a tree"),
            TestEvents.response(
                "red", 0, "chop it", 0.5, TestEvents.struct("type", TestEvents.text("chop"))),
            TestEvents.action("red", 0, 0, TestEvents.struct("type", TestEvents.text("chop"))),
            TestEvents.actionResult("red", 0, 0, "chop", true),
            TestEvents.metric("red", 0, "score", 1),
            TestEvents.turnStart("red", 1),
            TestEvents.action("red", 1, 0, TestEvents.struct("type", TestEvents.text("wait"))),
            TestEvents.response("red", 1, "no prompt", 0.25),
            TestEvents.metric("red", 1, "score", 5))
        .open("child", Map.of(), "", new Parent(root, 1, 8, root))
        .publish(
            "child",
            TestEvents.fork("root", 1, "more gold"),
            TestEvents.mutation(1, "poor", "rich", "what if"),
            TestEvents.turnStart("red", 1),
            TestEvents.metric("red", 1, "score", 7),
            TestEvents.turnStart("red", 2))
        .open("grandchild", Map.of(), "", new Parent(new RunId("child"), 2, 5, root))
        .publish(
            "grandchild", TestEvents.fork("child", 2, ""), TestEvents.metric("red", 2, "score", 7))
        .close("root", RunOutcome.RUN_OUTCOME_COMPLETED);
    persist();
  }

  @Test
  void shouldShowTurns() throws StoreException {
    assertRows(
        "SELECT run_id, seq, agent_id, t, turn_num, snapshot ->> '$.gold', profile_name FROM turns"
            + " WHERE run_id = 'root' ORDER BY seq",
        row("root", 1L, "red", 0, 0, "0", null),
        row("root", 8L, "red", 1, 1, "10", null));
  }

  @Test
  void shouldShowObservations() throws StoreException {
    assertRows(
        "SELECT run_id, seq, entity_count, classes FROM observations",
        row("root", 2L, 2, List.of("ork", "tree")));
  }

  @Test
  void shouldShowLlmCallsWithTheirPrompts() throws StoreException {
    assertRows(
        "SELECT seq, prompt_seq, state_summary, reasoning, actions ->> '$[0].type', action_count,"
            + " cost_usd FROM llm_calls ORDER BY seq",
        row(4L, 3L, "a tree", "chop it", "chop", 1, 0.5),
        row(10L, null, null, "no prompt", null, 0, 0.25));
  }

  @Test
  void shouldShowActionsWithTheirResults() throws StoreException {
    assertRows(
        "SELECT seq, index_in_turn, action ->> '$.type', result_seq, action_type, state_changed"
            + " FROM actions ORDER BY seq",
        row(5L, 0, "chop", 6L, "chop", true),
        row(9L, 0, "wait", null, null, null));
  }

  @Test
  void shouldShowMutations() throws StoreException {
    assertRows(
        "SELECT run_id, seq, before_summary, after_summary, reason FROM mutations",
        row("child", 2L, "poor", "rich", "what if"));
  }

  @Test
  void shouldShowForks() throws StoreException {
    assertRows(
        "SELECT run_id, parent_run_id, parent_t, parent_seq, root_run_id, mutation_summary FROM"
            + " forks ORDER BY run_id",
        row("child", "root", 1, 8L, "root", "more gold"),
        row("grandchild", "child", 2, 5L, "root", ""));
  }

  @Test
  void shouldShowCosts() throws StoreException {
    assertRows("FROM run_costs", row("root", "red", 2L, 0.75));
  }

  @Test
  void shouldRankTheLastValues() throws StoreException {
    assertRows(
        "SELECT name, rank, run_id, agent_id, value, t, seq FROM leaderboard ORDER BY rank, run_id",
        row("score", 1L, "child", "red", 7.0, 1, 4L),
        row("score", 1L, "grandchild", "red", 7.0, 2, 2L),
        row("score", 3L, "root", "red", 5.0, 1, 11L));
  }

  @Test
  void shouldDescribeEveryTableAndView() throws StoreException {
    assertRows("SELECT view_name FROM duckdb_views() WHERE NOT internal AND comment IS NULL");
    assertRows(
        "SELECT list(view_name ORDER BY view_name) FROM duckdb_views() WHERE NOT internal",
        row(
            List.of(
                ("actions events forks leaderboard llm_calls metrics model_costs mutations"
                        + " observations run_costs runs timeline tool_calls turns")
                    .split(" "))));
  }

  @SafeVarargs
  private void assertRows(String sql, List<Object>... expected) throws StoreException {
    assertThat(StoreRows.of(store, sql)).isEqualTo(List.of(expected));
  }

  private static List<Object> row(Object... values) {
    return Arrays.asList(values);
  }
}
