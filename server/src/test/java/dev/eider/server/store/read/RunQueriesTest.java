package dev.eider.server.store.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.server.event.RunId;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.Parent;
import dev.eider.server.run.RunPlace;
import dev.eider.server.store.ColdReader.RunQuery;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.StoreFixture;
import dev.eider.server.store.TestLog;
import dev.eider.v1.RunOutcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RunQueriesTest extends StoreFixture {
  private static final RunId ROOT = new RunId("r0");
  private static final long BASE = TestLog.BASE_US;

  private final Random random = new Random(3);

  /** Run {@code r<i>} is opened at position i, which is also its create time after the base. */
  @BeforeEach
  void openRuns() throws StoreException {
    for (int i = 0; i < 10; i++) {
      Map<String, String> labels = Map.of("parity", i % 2 == 0 ? "even" : "odd", "n", "" + i);
      Parent parent = i == 4 || i == 7 ? new Parent(ROOT, 0, 1, ROOT) : null;
      log.open("r" + i, labels, i == 3 ? "request-3" : "", parent);
    }
    log.close("r2", RunOutcome.RUN_OUTCOME_COMPLETED).close("r5", RunOutcome.RUN_OUTCOME_FAILED);
    persist();
  }

  @Test
  void shouldFindRunsByIdAndByRequestId() throws StoreException {
    assertThat(store.reader().findRun(new RunId("r99"))).isNull();
    assertThat(
            store
                .reader()
                .findRuns(
                    List.of(new RunId("r4"), new RunId("r99")), List.of("request-3", "request-4")))
        .extracting(FoldedRun::runId)
        .containsExactlyInAnyOrder(new RunId("r4"), new RunId("r3"));
  }

  @Test
  void shouldPassOnEveryIdInOneOfItsParts() throws StoreException {
    for (int parts : new int[] {1, 2, 7}) {
      // when
      List<String> ids = new ArrayList<>();
      for (int part = 0; part < parts; part++) {
        store
            .reader()
            .readIds(
                part,
                parts,
                (runId, requestId) -> ids.add(runId.value() + requestId),
                deleted -> ids.add("deleted"));
      }

      // then
      assertThat(ids).hasSize(10).contains("r3request-3").doesNotHaveDuplicates();
    }
    assertThat(store.reader().idParts()).isEqualTo(1);
  }

  @Test
  void shouldListWhatAQueryMatchesNewestFirst() throws StoreException {
    List<FoldedRun> runs = IntStream.range(0, 10).mapToObj(i -> log.run("r" + i)).toList();
    for (int i = 0; i < 300; i++) {
      // given
      RunQuery query =
          new RunQuery(
              pick(null, null, true, false),
              pick(Map.of(), Map.of("parity", "odd"), Map.of("parity", "odd", "n", "3")),
              pick(null, null, ROOT),
              pick(null, null, ROOT, new RunId("r1")),
              pick(Long.MIN_VALUE, 0L, BASE + 2),
              pick(Long.MAX_VALUE, Long.MAX_VALUE, BASE + 4),
              pick(null, null, new RunPlace(BASE + 5, new RunId(pick("r4", "r5", "r55")))),
              pick(1, 3, 10));

      // when, then
      assertThat(store.reader().listRuns(query))
          .as("%s", query)
          .extracting(FoldedRun::runId)
          .containsExactlyElementsOf(
              runs.stream()
                  .filter(query::matches)
                  .sorted(Comparator.comparing(RunPlace::of, RunPlace.NEWEST_FIRST))
                  .limit(query.runsMax())
                  .map(FoldedRun::runId)
                  .toList());
    }
    RunQuery unknown =
        new RunQuery(null, Map.of("other", ""), null, null, 0, Long.MAX_VALUE, null, 10);
    assertThat(store.reader().listRuns(unknown)).isEmpty();
  }

  @SafeVarargs
  private <T> T pick(T... values) {
    return Arrays.asList(values).get(random.nextInt(values.length));
  }
}
