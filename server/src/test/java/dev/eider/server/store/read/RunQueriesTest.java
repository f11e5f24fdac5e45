package dev.eider.server.store.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.server.event.RunId;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.Parent;
import dev.eider.server.run.RunPlace;
import dev.eider.server.store.ColdReader.RunQuery;
import dev.eider.server.store.RunAssertions;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.TestLog;
import dev.eider.server.store.connection.StoreConfig;
import dev.eider.server.store.duckdb.DuckDbStore;
import dev.eider.v1.RunOutcome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RunQueriesTest {
  private static final RunId ROOT = new RunId("r0");

  @TempDir Path directory;
  private final TestLog log = new TestLog();
  private DuckDbStore store;

  /** Run {@code r<i>} is opened at position i, which is also its create time after the base. */
  @BeforeEach
  void open() throws StoreException {
    store =
        DuckDbStore.open(
            StoreConfig.of(directory.resolve("events.duckdb"), directory.resolve("tmp")));
    for (int i = 0; i < 10; i++) {
      Map<String, String> labels = Map.of("parity", i % 2 == 0 ? "even" : "odd", "n", "" + i);
      Parent parent = i == 4 || i == 7 ? new Parent(ROOT, 0, 1, ROOT) : null;
      log.open("r" + i, labels, i == 3 ? "request-3" : "", parent);
    }
    log.close("r2", RunOutcome.RUN_OUTCOME_COMPLETED).close("r5", RunOutcome.RUN_OUTCOME_FAILED);
    store.persist(log.batch());
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void shouldFindARun() throws StoreException {
    RunAssertions.assertSame(store.reader().findRun(new RunId("r4")), log.run("r4"));
    assertThat(store.reader().findRun(new RunId("r99"))).isNull();
  }

  @Test
  void shouldFindRunsByIdAndByRequestId() throws StoreException {
    // when
    List<FoldedRun> found =
        store
            .reader()
            .findRuns(
                List.of(new RunId("r4"), new RunId("r99")), List.of("request-3", "request-4"));

    // then
    assertThat(found)
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
  void shouldListPagesNewestFirst() throws StoreException {
    // given
    List<String> listed = new ArrayList<>();
    RunPlace before = null;

    // when
    List<FoldedRun> page;
    do {
      page =
          store
              .reader()
              .listRuns(new RunQuery(null, Map.of(), null, null, 0, Long.MAX_VALUE, before, 3));
      for (FoldedRun run : page) {
        listed.add(run.runId().value());
        before = new RunPlace(run.createTimeUs(), run.runId());
      }
    } while (!page.isEmpty());

    // then
    assertThat(listed).containsExactly("r9", "r8", "r7", "r6", "r5", "r4", "r3", "r2", "r1", "r0");
  }

  @Test
  void shouldOrderRunsOfOneMomentByTheirId() throws StoreException {
    long time = TestLog.BASE_US + 5;
    RunPlace inTheGap = new RunPlace(time, new RunId("r55"));
    assertThat(list(new RunQuery(null, Map.of(), null, null, 0, Long.MAX_VALUE, inTheGap, 2)))
        .containsExactly("r5", "r4");
    RunPlace smaller = new RunPlace(time, new RunId("r4"));
    assertThat(list(new RunQuery(null, Map.of(), null, null, 0, Long.MAX_VALUE, smaller, 2)))
        .containsExactly("r4", "r3");
  }

  @Test
  void shouldFilter() throws StoreException {
    assertThat(list(new RunQuery(false, Map.of(), null, null, 0, Long.MAX_VALUE, null, 10)))
        .containsExactly("r5", "r2");
    assertThat(
            list(
                new RunQuery(
                    true, Map.of("parity", "odd"), null, null, 0, Long.MAX_VALUE, null, 10)))
        .containsExactly("r9", "r7", "r3", "r1");
    Map<String, String> both = Map.of("parity", "odd", "n", "3");
    assertThat(list(new RunQuery(null, both, null, null, 0, Long.MAX_VALUE, null, 10)))
        .containsExactly("r3");
    assertThat(
            list(new RunQuery(null, Map.of("other", ""), null, null, 0, Long.MAX_VALUE, null, 10)))
        .isEmpty();
    assertThat(list(new RunQuery(null, Map.of(), ROOT, null, 0, Long.MAX_VALUE, null, 10)))
        .containsExactly("r7", "r4");
    assertThat(list(new RunQuery(null, Map.of(), null, ROOT, 0, Long.MAX_VALUE, null, 10)))
        .containsExactly("r7", "r4", ROOT.value());
    long base = TestLog.BASE_US;
    assertThat(list(new RunQuery(null, Map.of(), null, null, base + 2, base + 4, null, 10)))
        .containsExactly("r3", "r2");
    assertThat(
            list(new RunQuery(null, Map.of(), null, null, Long.MIN_VALUE, Long.MAX_VALUE, null, 1)))
        .containsExactly("r9");
  }

  private List<String> list(RunQuery query) throws StoreException {
    return store.reader().listRuns(query).stream().map(run -> run.runId().value()).toList();
  }
}
