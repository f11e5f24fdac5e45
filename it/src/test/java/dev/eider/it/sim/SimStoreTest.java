package dev.eider.it.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.it.Events;
import dev.eider.it.testkit.workload.Plays;
import dev.eider.it.testkit.workload.Tally;
import dev.eider.server.event.EncodedEvent;
import dev.eider.server.event.EventKind;
import dev.eider.server.event.EventMatcher;
import dev.eider.server.event.LogPlace;
import dev.eider.server.event.LogSelection;
import dev.eider.server.event.RunId;
import dev.eider.server.run.Fold;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.Parent;
import dev.eider.server.run.StepRecord;
import dev.eider.server.store.ColdReader;
import dev.eider.server.store.ColdReader.ColdPage;
import dev.eider.server.store.ColdReader.LogBlock;
import dev.eider.server.store.ColdReader.LogQuery;
import dev.eider.server.store.ColdReader.PageQuery;
import dev.eider.server.store.ColdReader.RunQuery;
import dev.eider.server.store.ColdStore;
import dev.eider.server.store.EventRow;
import dev.eider.server.store.PersistBatch;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.connection.StoreConfig;
import dev.eider.server.store.duckdb.DuckDbStore;
import dev.eider.v1.RunOutcome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The store of the simulation answers as DuckDB does. */
@Timeout(120)
class SimStoreTest {
  private static final int BATCHES = 60;
  private static final List<RunId> RUNS =
      IntStream.range(0, 12).mapToObj(i -> new RunId("run-" + i)).toList();

  @TempDir private Path directory;

  private final Random random = new Random(7);
  private final Map<RunId, FoldedRun> folded = new LinkedHashMap<>();
  private long position;

  @Test
  void shouldAnswerAsDuckDbDoes() throws Throwable {
    try (DuckDbStore real =
        DuckDbStore.open(StoreConfig.of(directory.resolve("e.duckdb"), directory.resolve("tmp")))) {
      Scheduler scheduler = new Scheduler(random);
      scheduler.run(() -> compare(scheduler, real));
    }
  }

  private void compare(Scheduler scheduler, ColdStore real) {
    Faults none = new Faults(random);
    none.stop();
    SimStore model =
        new SimStore(scheduler, random, none, new Tally(), Mutant.NONE, () -> Long.MAX_VALUE);
    try {
      for (int i = 0; i < BATCHES; i++) {
        PersistBatch batch = batch();
        real.persist(batch);
        model.persist(batch);
        assertThat(model.persistedPosition()).isEqualTo(real.persistedPosition());
        shouldBeSame(model.openRuns(), real.openRuns());
        compareReaders(model.reader(), real.reader());
      }
    } catch (StoreException e) {
      throw new AssertionError("no store fails here", e);
    }
  }

  private void compareReaders(ColdReader model, ColdReader real) throws StoreException {
    RunId runId = RUNS.get(random.nextInt(RUNS.size()));
    shouldBeSame(model.findRun(runId), real.findRun(runId));
    shouldBeSame(
        model.findRuns(Set.of(runId), Set.of("request-b")),
        real.findRuns(Set.of(runId), Set.of("request-b")));
    RunQuery list =
        new RunQuery(
            random.nextBoolean() ? null : random.nextBoolean(),
            Map.of(),
            null,
            null,
            0,
            Long.MAX_VALUE,
            null,
            1 + random.nextInt(4));
    assertThat(model.listRuns(list).stream().map(FoldedRun::runId).toList())
        .isEqualTo(real.listRuns(list).stream().map(FoldedRun::runId).toList());
    shouldBeSame(model.listRuns(list), real.listRuns(list));
    shouldBeSame(model.findKept(runId), real.findKept(runId));
    shouldBeSame(model.findDeleted(Set.copyOf(RUNS)), real.findDeleted(Set.copyOf(RUNS)));
    shouldBeSame(model.findForks(RUNS), real.findForks(RUNS));
    PageQuery keptPage = pageQuery(runId);
    assertThat(text(model.readKeptPage(keptPage))).isEqualTo(text(real.readKeptPage(keptPage)));
    PageQuery page = pageQuery(runId);
    assertThat(text(model.readPage(page))).as("%s", page).isEqualTo(text(real.readPage(page)));
    LogQuery log = logQuery();
    assertThat(readLog(model, log)).as("%s", log).isEqualTo(readLog(real, log));
  }

  private LogQuery logQuery() {
    LogSelection selection =
        new LogSelection(
            random.nextBoolean() ? EventMatcher.ALL : new EventMatcher(Set.of(), Set.of(), 1, 2),
            random.nextInt(3) == 0 ? Map.of("k", "v") : Map.of());
    LogPlace after = LogPlace.before(position / (1 + random.nextInt(4)));
    return new LogQuery(
        after,
        after.position() + random.nextInt(100),
        selection,
        1 + random.nextInt(10),
        1 + random.nextInt(2_000));
  }

  /** All that the query asks for, in as many parts as it takes. */
  private static List<String> readLog(ColdReader reader, LogQuery query) throws StoreException {
    List<String> texts = new ArrayList<>();
    LogPlace after = query.after();
    while (after.position() < query.untilPosition()) {
      LogBlock block =
          reader.readLog(
              new LogQuery(
                  after,
                  query.untilPosition(),
                  query.selection(),
                  query.eventsMax(),
                  query.bytesMax()));
      for (int i = 0; i < block.events().size(); i++) {
        texts.add(
            block.places().get(i) + HexFormat.of().formatHex(block.events().get(i).envelope()));
      }
      after = block.next();
    }
    return texts;
  }

  private PageQuery pageQuery(RunId runId) {
    long after = random.nextInt(20);
    EventMatcher matcher =
        switch (random.nextInt(3)) {
          case 0 -> EventMatcher.ALL;
          case 1 ->
              new EventMatcher(
                  Set.of(EventKind.TURN_START), Set.of(), Integer.MIN_VALUE, Integer.MAX_VALUE);
          default -> new EventMatcher(Set.of(), Set.of(), 1, 2);
        };
    return new PageQuery(
        runId,
        after,
        after + random.nextInt(40),
        // Without a filter, no event may be wanted that is at a smaller position.
        matcher != EventMatcher.ALL && random.nextInt(5) == 0 ? position / 2 : 0,
        random.nextInt(5) == 0 ? position / 2 : Long.MAX_VALUE,
        matcher,
        1 + random.nextInt(10),
        1 + random.nextInt(2_000));
  }

  /** A batch as the persister makes one of a few records. */
  private PersistBatch batch() {
    List<EventRow> rows = new ArrayList<>();
    Set<RunId> changed = new LinkedHashSet<>();
    for (int n = random.nextInt(6); n >= 0; n--) {
      RunId runId = RUNS.get(random.nextInt(RUNS.size()));
      FoldedRun before = folded.get(runId);
      if (before == null || !before.isDeleted()) {
        StepRecord record =
            before != null && !before.isOpen() ? deletion(runId) : record(runId, before);
        position += 10;
        long seq = record.published() == null ? 0 : record.published().firstSeq();
        for (EncodedEvent event :
            record.published() == null ? List.<EncodedEvent>of() : record.published().events()) {
          rows.add(new EventRow(position, runId, seq++, event));
        }
        folded.put(runId, Fold.apply(before, position, record));
        changed.add(runId);
      }
    }
    rows.sort(Comparator.comparing(EventRow::runId).thenComparingLong(EventRow::seq));
    return new PersistBatch(rows, changed.stream().map(folded::get).toList(), position + 5);
  }

  private StepRecord deletion(RunId runId) {
    return new StepRecord(runId, 1_000 + position, null, null, null, new StepRecord.Deleted(false));
  }

  /** Of three runs in a row, each is a fork of the one before. */
  private @Nullable Parent parent(RunId runId) {
    int number = RUNS.indexOf(runId);
    return number % 3 == 0
        ? null
        : new Parent(RUNS.get(number - 1), 1, 1 + number % 3, RUNS.get(number - number % 3));
  }

  private StepRecord record(RunId runId, FoldedRun before) {
    long head = before == null ? 0 : before.headSeq();
    List<EncodedEvent> events = new ArrayList<>();
    for (int n = random.nextInt(4); n >= 0; n--) {
      events.add(event(runId + "-" + (head + n)));
    }
    return new StepRecord(
        runId,
        1_000 + position,
        before == null
            ? new StepRecord.Opened(
                Map.of("k", "v"), "request-" + runId, new byte[] {1}, parent(runId))
            : null,
        new StepRecord.Published(head + 1, null, events),
        random.nextInt(4) == 0 ? new StepRecord.Closed(RunOutcome.RUN_OUTCOME_COMPLETED) : null);
  }

  private EncodedEvent event(String id) {
    int t = random.nextInt(Plays.TURNS);
    return EncodedEvent.of(
        random.nextInt(4) == 0
            ? Events.turnStart(id, t, Events.gold(t))
            : Plays.event(id, id, 300));
  }

  /** Compares runs by all that is kept of them, but for their producers, in any order. */
  private static void shouldBeSame(@Nullable Object model, @Nullable Object real) {
    assertThat(model)
        .usingRecursiveComparison()
        .ignoringCollectionOrder()
        .ignoringFieldsMatchingRegexes(".*producers")
        .isEqualTo(real);
  }

  private static String text(ColdPage page) {
    StringBuilder text = new StringBuilder();
    page.events()
        .forEach(event -> text.append(HexFormat.of().formatHex(event.envelope())).append('\n'));
    return text.append(page.scannedSeq()).append(' ').append(page.position()).toString();
  }
}
