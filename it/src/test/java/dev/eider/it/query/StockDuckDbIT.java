package dev.eider.it.query;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import dev.eider.it.Daemon;
import dev.eider.it.Document;
import dev.eider.it.Events;
import dev.eider.it.RepositoryRoot;
import dev.eider.it.RunCalls;
import dev.eider.it.files.FileCalls;
import dev.eider.v1.ActionPayload;
import dev.eider.v1.ActionResultPayload;
import dev.eider.v1.Event;
import dev.eider.v1.ForkRequest;
import dev.eider.v1.LlmPromptPayload;
import dev.eider.v1.LlmResponsePayload;
import dev.eider.v1.MetricPayload;
import dev.eider.v1.ObservationPayload;
import dev.eider.v1.TurnStartPayload;
import dev.eider.v1.WorldMutationPayload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every view and every question of docs/sql.md, asked of a daemon's file and of an export by the
 * oldest DuckDB that is promised to open them and by the newest: the four answers are one.
 */
@Timeout(120)
class StockDuckDbIT {
  private static final List<String> VIEWS =
      List.of(
          "runs",
          "events",
          "turns",
          "observations",
          "llm_calls",
          "tool_calls",
          "actions",
          "metrics",
          "mutations",
          "forks",
          "model_costs",
          "run_costs",
          "leaderboard",
          "timeline");

  private static final String EVENTS =
      "SELECT run_id, agent_id, t, kind, payload_json, ts, schema_version, seq, attributes, metric_name,"
          + " metric_value, cost_usd, model, input_tokens, output_tokens, latency_ms, index_in_turn,"
          + " action_type, state_changed, error FROM events";

  @TempDir private Path directory;

  @Test
  void shouldAnswerTheSameWhereverTheFileCameFrom() throws Exception {
    // given
    Path export = directory.resolve("runs.duckdb");
    Path database;
    try (Daemon daemon = Daemon.start(directory.resolve("data"), Daemon.SHORT_LIVED, Map.of())) {
      RunCalls runs = new RunCalls(daemon);
      for (String runId : List.of("one", "two")) {
        runs.publish(runId, everyKind(0));
        runs.publish(runId, everyKind(1));
      }
      daemon
          .broker()
          .fork(
              ForkRequest.newBuilder()
                  .setParentRunId("one")
                  .setParentT(1)
                  .setRunId("child")
                  .setMergePatch(Events.gold(1).getState())
                  .build());
      runs.heads().keySet().forEach(runs::close);
      FileCalls.export(daemon, export, List.copyOf(runs.heads().keySet()));
      assertThat(daemon.terminate(30)).isEqualTo(143);
      database = daemon.dataDirectory().resolve("events.duckdb");
    }
    List<String> statements = new ArrayList<>(Document.read("docs/sql.md").blocks("sql"));
    // Rows of a file are not numbered like those of another, and an export has the event as well.
    VIEWS.forEach(view -> statements.add(view.equals("events") ? EVENTS : "FROM " + view));

    // when
    List<List<String>> answers = new ArrayList<>();
    for (Path driver : drivers()) {
      for (Path file : List.of(database, export)) {
        answers.add(ask(driver, file, statements));
      }
    }

    // then
    assertThat(answers).hasSize(4);
    for (int i = 0; i < statements.size(); i++) {
      String first = answers.get(0).get(i);
      assertThat(first).as(statements.get(i)).doesNotStartWith("ERROR").isNotEqualTo("[]");
      for (List<String> other : answers) {
        assertThat(other.get(i)).as(statements.get(i)).isEqualTo(first);
      }
    }
  }

  /** An event of each kind, with every field that it may have. */
  private static List<Event> everyKind(int t) {
    Struct attributes =
        Struct.newBuilder()
            .putFields("gen_ai.request.temperature", Events.number(0.5))
            .putFields("gen_ai.usage.input_tokens", Events.number(17))
            .build();
    Event.Builder event = Event.newBuilder().setAgentId("ada").setT(t).setAttributes(attributes);
    Struct object = Struct.newBuilder().putFields("id", Events.number(0x1p60)).build();
    return List.of(
        event
            .setTurnStart(TurnStartPayload.newBuilder().setSnapshot(Events.gold(3)).setTurnNum(1))
            .build(),
        event
            .setObservation(
                ObservationPayload.newBuilder()
                    .setEntityCount(2)
                    .addClasses("tree")
                    .setText("a tree"))
            .build(),
        event
            .setLlmPrompt(LlmPromptPayload.newBuilder().setStateSummary("so").addMessages(object))
            .build(),
        event
            .setLlmResponse(
                LlmResponsePayload.newBuilder()
                    .addActions(object)
                    .setReasoning("since")
                    .setCostUsd(0.25)
                    .setModel("m-1")
                    .setOutputTokens(3)
                    .setLatencyMs(1.5))
            .build(),
        event.setAction(ActionPayload.newBuilder().setAction(object)).build(),
        event
            .setActionResult(
                ActionResultPayload.newBuilder()
                    .setActionType("dig")
                    .setOutput(Events.text("a stone"))
                    .setError("too hard"))
            .build(),
        event
            .setWorldMutation(
                WorldMutationPayload.newBuilder().setReason("why").setMergePatch(object))
            .build(),
        event.setMetric(MetricPayload.newBuilder().setName("score").setValue(7)).build());
  }

  private static List<Path> drivers() throws IOException {
    try (Stream<Path> files = Files.list(RepositoryRoot.path().resolve("it/target/stock"))) {
      List<Path> drivers = files.sorted().toList();
      assertThat(drivers).hasSize(2);
      return drivers;
    }
  }

  private static List<String> ask(Path driver, Path file, List<String> statements)
      throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                driver + ":" + RepositoryRoot.path().resolve("it/target/test-classes"),
                StockDuckDb.class.getName(),
                file.toString()));
    command.addAll(statements);
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    List<String> lines = process.inputReader().lines().toList();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    assertThat(lines).hasSameSizeAs(statements);
    return lines;
  }
}
