package dev.eider.server.store.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.server.event.RunId;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.StoreFixture;
import dev.eider.v1.RunOutcome;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LabelledRunsTest extends StoreFixture {
  @Test
  void shouldFindClosedRunsByTheirLabelInOrderOfTheirIds() throws StoreException {
    // given
    log.open("c", Map.of("file", "true"), "", null)
        .open("a", Map.of("file", ""), "", null)
        .open("b", Map.of("file", "yes"), "", null)
        .open("d", Map.of("file", "false"), "", null)
        .open("e", Map.of("arena", "file"), "", null)
        .open("f", Map.of("file", "true"), "", null);
    List.of("a", "b", "c", "d", "e").forEach(id -> log.close(id, RunOutcome.RUN_OUTCOME_COMPLETED));
    persist();

    // then
    assertThat(closed("file", "", 10)).containsExactly("a", "b", "c");
    assertThat(closed("file", "", 2)).containsExactly("a", "b");
    assertThat(closed("file", "b", 2)).containsExactly("c");
    assertThat(closed("none", "", 10)).isEmpty();
  }

  private List<String> closed(String label, String after, int runsMax) throws StoreException {
    return store.labelledRuns().closed(label, new RunId(after), runsMax).stream()
        .map(RunId::value)
        .toList();
  }
}
