package dev.eider.server.files.library;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.server.event.RunId;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.Parent;
import dev.eider.server.run.Samples;
import dev.eider.server.run.StepRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class LineageTest {
  private static FoldedRun fork(String runId, String parentId) {
    RunId id = new RunId(runId);
    Parent parent = new Parent(new RunId(parentId), 0, 1, new RunId("root"));
    return Samples.fold(
        new StepRecord(
            id,
            Samples.NOW_US,
            new StepRecord.Opened(Map.of(), "", new byte[0], parent),
            null,
            null));
  }

  private static List<String> circles(List<FoldedRun> ofFile, FoldedRun... there) throws Exception {
    Map<RunId, FoldedRun> others =
        Arrays.stream(there).collect(Collectors.toMap(FoldedRun::runId, Function.identity()));
    Lineage lineage = new Lineage(ofFile, others::get);
    List<String> found = new ArrayList<>();
    for (FoldedRun run : ofFile) {
      if (lineage.isCircle(run)) {
        found.add(run.runId().value());
      }
    }
    return found;
  }

  @Test
  void shouldFindRunsThatAreTheirOwnAncestorsOrDescendFromSuch() throws Exception {
    List<FoldedRun> runs =
        List.of(fork("a", "b"), fork("b", "c"), fork("c", "b"), fork("d", "e"), fork("e", "gone"));
    assertThat(circles(runs)).containsExactly("a", "b", "c");
  }

  @Test
  void shouldClimbOverRunsThatAreThere() throws Exception {
    FoldedRun own = fork("own", "a");
    assertThat(circles(List.of(fork("a", "own")), own)).containsExactly("a");
    assertThat(circles(List.of(fork("b", "own")), own)).isEmpty();
  }
}
