package dev.eider.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.v1.Event;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RecordedRunsTest {

  @Test
  void shouldGiveEveryRunOfTheFileOnce() {
    List<RecordedRun> runs = RecordedRuns.all();

    assertThat(runs).hasSize(150);
    assertThat(new HashSet<>(runs.stream().map(RecordedRun::runId).toList())).hasSize(150);
    assertThat(runs.get(0).runId()).isEqualTo("airline-0-0");
    assertThat(runs.get(0).labels()).isEqualTo(Map.of("task_id", "0", "trial", "0"));
  }

  @Test
  void shouldGiveAsManyEventsOfEachKindAsTheTokensSay() {
    Map<String, Long> built =
        RecordedRuns.all().stream()
            .flatMap(run -> run.events().stream())
            .collect(
                Collectors.groupingBy(
                    event -> event.getPayloadCase().name().toLowerCase(),
                    TreeMap::new,
                    Collectors.counting()));

    assertThat(built).isEqualTo(RecordedRuns.expectedKindCounts());
    assertThat(built).containsEntry("turn_start", 1808L).containsEntry("action", 862L);
    assertThat(built).containsEntry("action_result", 862L).containsEntry("metric", 150L);
  }

  @Test
  void shouldGrowTheWorldByTheMessagesOfEachTurn() {
    for (RecordedRun run : RecordedRuns.all()) {
      int messages = 0;
      int t = 0;
      for (Event event : run.events()) {
        if (event.hasTurnStart()) {
          int now =
              event
                  .getTurnStart()
                  .getSnapshot()
                  .getState()
                  .getFieldsOrThrow("messages")
                  .getListValue()
                  .getValuesCount();
          assertThat(now).as("messages of %s at %d", run.runId(), t).isGreaterThan(messages);
          assertThat(event.getT()).isEqualTo(t);
          messages = now;
          t++;
        }
      }
      assertThat(run.turnCount()).isEqualTo(t);
    }
  }

  @Test
  void shouldCarryWhatTheModelSawAndSaid() {
    List<Event> turn = RecordedRuns.all().get(0).events().stream().limit(4).toList();

    assertThat(turn.get(1).getAgentId()).isEqualTo("user");
    assertThat(turn.get(1).getObservation().getEntityCount()).isEqualTo(2);
    assertThat(turn.get(1).getObservation().getClassesList()).containsExactly("system", "user");
    assertThat(turn.get(2).getLlmPrompt().getStateSummary()).isNotEmpty();
    assertThat(turn.get(3).getLlmResponse().getReasoning()).isNotEmpty();
  }
}
