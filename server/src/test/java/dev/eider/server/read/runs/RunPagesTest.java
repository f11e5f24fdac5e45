package dev.eider.server.read.runs;

import static dev.eider.server.sequencer.Commands.close;
import static dev.eider.server.sequencer.Commands.publish;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.server.event.RunId;
import dev.eider.server.hub.Hub;
import dev.eider.server.hub.HubBounds;
import dev.eider.server.hub.PersistProgress;
import dev.eider.server.read.ReaderRig;
import dev.eider.server.read.history.RunHistory;
import dev.eider.server.run.Fold;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.RunPlace;
import dev.eider.server.run.Samples;
import dev.eider.server.store.ColdReader;
import dev.eider.server.store.ForwardingColdReader;
import dev.eider.server.store.StoreException;
import dev.eider.v1.Run;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A page of a list costs what is on it, and holds what is there while runs come and go. */
@Timeout(60)
final class RunPagesTest {
  private static final int OPEN = 300;
  private static final int DELETED = 100;

  @TempDir private Path directory;
  private ReaderRig rig;
  private CountingReader cold;
  private RunDirectory runs;

  @BeforeEach
  void start() throws Exception {
    rig = new ReaderRig(directory, 64 << 20);
    cold = new CountingReader(rig.broker.store.reader());
    runs = new RunDirectory(rig.broker.hub, rig.history, cold);
  }

  @AfterEach
  void stop() throws Exception {
    rig.close();
  }

  @Test
  void shouldAskDuckDbOnceForAnyPageOfManyOpenRuns() throws Exception {
    // given
    open(OPEN);
    rig.broker.awaitPersisted();

    for (int pageSize : new int[] {1, 10, OPEN - 1, OPEN, OPEN + 1}) {
      // when
      cold.queries = 0;
      List<Run> page = runs.list(RunSelection.ALL, null, pageSize).runs();

      // then
      assertThat(page).hasSize(Math.min(pageSize, OPEN));
      assertThat(page.get(0).getRunId()).isEqualTo(id(OPEN - 1).value());
      assertThat(cold.queries).isEqualTo(1);
    }
  }

  @Test
  void shouldNotAskDuckDbForOpenRuns() throws Exception {
    // given
    open(OPEN);
    rig.broker.awaitPersisted();

    // when
    List<Run> open = runs.list(withState(true), null, 10).runs();

    // then
    assertThat(open).hasSize(10);
    assertThat(cold.queries).isZero();
  }

  @Test
  void shouldListARunThatLeavesMemoryWhileTheListIsMade() throws Exception {
    // given
    open(3);

    // when memory has been read, and the run in the middle is reaped before DuckDB is asked
    cold.before =
        () -> {
          cold.before = () -> {};
          rig.broker.apply(close(id(1)));
          rig.broker.awaitReaped(id(1));
        };
    List<String> listed = all(RunSelection.ALL, 10);

    // then
    assertThat(listed).containsExactly(id(2).value(), id(1).value(), id(0).value());
  }

  @Test
  void shouldReadPastManyDeletedRunsThatDuckDbStillHas() {
    // given
    Hub hub = new Hub(new HubBounds(1 << 20, 1 << 20, 1 << 20), new PersistProgress(0));
    for (int i = 0; i <= DELETED; i++) {
      FoldedRun open = requireNonNull(Fold.apply(null, 10 * i, Samples.opening(id(i))));
      FoldedRun closed = requireNonNull(Fold.apply(open, 10 * i + 1, Samples.closing(id(i))));
      cold.stale.add(closed);
      if (i > 0) {
        hub.advance(closed, 10 * i + 1, List.of());
        hub.advance(closed.deleted(10 * i + 2, FoldedRun.Deletion.GONE), 10 * i + 2, List.of());
      }
    }
    runs = new RunDirectory(hub, new RunHistory(hub, cold), cold);

    // then
    assertThat(all(RunSelection.ALL, 1)).containsExactly(id(0).value());
    assertThat(cold.queries).isBetween(2, 5);
  }

  private List<String> all(RunSelection selection, int pageSize) {
    List<String> found = new ArrayList<>();
    RunPlace place = null;
    do {
      RunDirectory.RunPage page = runs.list(selection, place, pageSize);
      page.runs().forEach(run -> found.add(run.getRunId()));
      place = page.last();
    } while (place != null);
    return found;
  }

  private void open(int count) throws Exception {
    for (int i = 0; i < count; i++) {
      rig.broker.apply(publish(id(i), 1));
    }
  }

  private static RunId id(int number) {
    return new RunId(String.format("run-%04d", number));
  }

  private static RunSelection withState(boolean open) {
    return new RunSelection(open, Map.of(), null, null, Long.MIN_VALUE, Long.MAX_VALUE);
  }

  /** Counts the lists that DuckDB is asked for. */
  private static final class CountingReader extends ForwardingColdReader {
    private int queries;
    private Step before = () -> {};
    private final List<FoldedRun> stale = new ArrayList<>();

    CountingReader(ColdReader store) {
      super(store);
    }

    @Override
    public List<FoldedRun> listRuns(RunQuery query) throws StoreException {
      queries++;
      try {
        before.run();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
      return Stream.concat(super.listRuns(query).stream(), stale.stream().filter(query::matches))
          .sorted(Comparator.comparing(RunPlace::of, RunPlace.NEWEST_FIRST))
          .limit(query.runsMax())
          .toList();
    }
  }

  private interface Step {
    void run() throws Exception;
  }
}
