package dev.eider.cli;

import com.google.protobuf.ListValue;
import dev.eider.cli.arena.Game;
import dev.eider.cli.arena.Player;
import dev.eider.cli.arena.World;
import dev.eider.cli.print.QueryTable;
import dev.eider.client.EiderClient;
import dev.eider.client.QueryResult;
import dev.eider.v1.Event;
import dev.eider.v1.EventEnvelope;
import dev.eider.v1.QueryRequest;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Compares the outcomes in SQL and by the games, and says why. Owned by the main thread. */
record Comparison(PrintWriter out, EiderClient client, String rider, int forkTurn) {
  private static final String INDENT = "     ";

  /** Prints it; fails if SQL does not tell what was played, or the horse made no difference. */
  void print(RecordedGame original, RecordedGame branch) {
    out.println();
    out.println("3. Both runs are rows in one DuckDB file: compare them in SQL");
    List<ListValue> scores = ask(scoresSql(original.runId(), branch.runId()));
    requireScores(scores, original.end(), branch.end());
    List<ListValue> timelines = ask(timelineSql());
    requireTimelines(timelines, original, branch);
    explain(original, branch);
  }

  private List<ListValue> ask(List<String> sql) {
    sql.forEach(line -> out.println("  " + line));
    QueryRequest request = QueryRequest.newBuilder().setSql(String.join("\n", sql)).build();
    List<ListValue> rows = new ArrayList<>();
    try (QueryResult result = client.query(request)) {
      QueryTable table = new QueryTable(result.columns(), INDENT, out);
      result.forEachRemaining(
          row -> {
            rows.add(row);
            table.add(row);
          });
      table.end();
    }
    return rows;
  }

  private static List<String> scoresSql(String original, String branch) {
    return List.of(
        "SELECT agent_id, a.value AS \"" + original + "\", b.value AS \"" + branch + "\",",
        "       b.value - a.value AS change",
        "FROM metrics a JOIN metrics b USING (agent_id, name)",
        "WHERE name = 'score' AND a.run_id = '" + original + "' AND b.run_id = '" + branch + "'",
        "ORDER BY agent_id");
  }

  private static List<String> timelineSql() {
    return List.of(
        "SELECT run_id, count(*) AS events, count(*) FILTER (depth > 0) AS inherited,",
        "       round(any_value(cost_usd), 4) AS cost_usd",
        "FROM timeline JOIN runs USING (run_id) GROUP BY run_id ORDER BY run_id");
  }

  private static void requireScores(List<ListValue> scores, World original, World branch) {
    List<Player> players = Game.players();
    requireEqual("rows of scores", players.size(), scores.size());
    for (int i = 0; i < players.size(); i++) {
      String name = players.get(i).name();
      ListValue row = scores.get(i);
      requireEqual("agents in SQL", name, row.getValues(0).getStringValue());
      requireEqual("score of " + name, original.goldOf(name), number(row, 1));
      requireEqual("score of " + name + " in the fork", branch.goldOf(name), number(row, 2));
    }
  }

  /** Checks the timelines: the branch also holds the original's events before the fork point. */
  private void requireTimelines(List<ListValue> rows, RecordedGame original, RecordedGame branch) {
    requireEqual("runs in SQL", 2, rows.size());
    int inherited =
        (int)
            original.arrived().stream()
                .filter(envelope -> envelope.getEvent().getT() < forkTurn)
                .count();
    ListValue own = rows.get(0);
    ListValue forked = rows.get(1);
    requireEqual("events of the original", original.arrived().size(), number(own, 1));
    requireEqual("events it inherits", 0, number(own, 2));
    requireEqual("events of the fork", inherited + branch.arrived().size(), number(forked, 1));
    requireEqual("events it inherits", inherited, number(forked, 2));
  }

  private void explain(RecordedGame original, RecordedGame branch) {
    Parting parting =
        Parting.find(original.arrived(), branch.arrived(), forkTurn)
            .orElseThrow(() -> CliFailure.failed("the fork went as the original did"));
    out.printf(
        "  %s wins %s, %s wins %s. Why? Turns 0 to %d are one story, stored once.%n",
        winner(original.end()),
        original.runId(),
        winner(branch.end()),
        branch.runId(),
        forkTurn - 1);
    out.printf(
        "  In turn %d the horse shows (%d steps, not %d): %s %s; before, it was \"%s\".%n",
        parting.turn(),
        branch.end().speedOf(rider),
        original.end().speedOf(rider),
        parting.agent(),
        parting.branch(),
        parting.original());
    Snatch.find(original.arrived(), branch.arrived(), forkTurn, rider).ifPresent(this::explain);
  }

  private void explain(Snatch snatch) {
    out.printf(
        "  In turn %d %s %s: before, that was %s's in turn %d.%n",
        snatch.turn(), rider, snatch.story(), snatch.loser(), snatch.loserTurn());
  }

  private static String winner(World end) {
    return Game.players().stream()
        .map(Player::name)
        .max(Comparator.comparingInt(end::goldOf))
        .orElseThrow();
  }

  private static int number(ListValue row, int column) {
    return (int) row.getValues(column).getNumberValue();
  }

  private static void requireEqual(String what, Object expected, Object actual) {
    if (!expected.equals(actual)) {
      throw CliFailure.failed(what + ": expected " + expected + ", got " + actual);
    }
  }

  /** What one player gained in a branch, and when and by whom it was gained in the original. */
  private record Snatch(String story, int turn, String loser, int loserTurn) {

    /** Finds the first gain of {@code agent} in the branch that was another's in the original. */
    static Optional<Snatch> find(
        List<EventEnvelope> original, List<EventEnvelope> branch, int fromTurn, String agent) {
      List<Event> before = Parting.results(original, fromTurn);
      for (Event gain : Parting.results(branch, fromTurn)) {
        if (!gain.getAgentId().equals(agent) || EventLine.gained(gain) == 0) {
          continue;
        }
        String story = EventLine.story(gain);
        for (Event other : before) {
          if (!other.getAgentId().equals(agent) && EventLine.story(other).equals(story)) {
            return Optional.of(new Snatch(story, gain.getT(), other.getAgentId(), other.getT()));
          }
        }
      }
      return Optional.empty();
    }
  }

  /** The first action of a branch that the original did not see, and how it went there instead. */
  private record Parting(int turn, String agent, String original, String branch) {

    /** Compares action results from a turn on, in which both began alike but for a mutation. */
    static Optional<Parting> find(
        List<EventEnvelope> original, List<EventEnvelope> branch, int fromTurn) {
      List<Event> left = results(original, fromTurn);
      List<Event> right = results(branch, fromTurn);
      for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
        Event there = left.get(i);
        Event here = right.get(i);
        if (!EventLine.story(there).equals(EventLine.story(here))) {
          return Optional.of(
              new Parting(
                  here.getT(), here.getAgentId(), EventLine.story(there), EventLine.story(here)));
        }
      }
      return Optional.empty();
    }

    static List<Event> results(List<EventEnvelope> run, int fromTurn) {
      return run.stream()
          .map(EventEnvelope::getEvent)
          .filter(event -> event.hasActionResult() && event.getT() >= fromTurn)
          .toList();
    }
  }
}
