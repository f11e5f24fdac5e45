package dev.eider.server.read.runs;

import static dev.eider.server.read.ReaderRig.awaitForgotten;
import static dev.eider.server.run.Samples.RUN;
import static dev.eider.server.sequencer.Commands.close;
import static dev.eider.server.sequencer.Commands.publish;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.eider.server.event.RunId;
import dev.eider.server.hub.Hub;
import dev.eider.server.hub.HubBounds;
import dev.eider.server.hub.PersistProgress;
import dev.eider.server.read.ReaderRig;
import dev.eider.server.read.TestSink;
import dev.eider.server.read.history.RunHistory;
import dev.eider.server.run.Fold;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.Parent;
import dev.eider.server.run.RunPlace;
import dev.eider.server.run.Samples;
import dev.eider.server.sequencer.Command;
import dev.eider.server.store.ColdReader;
import dev.eider.server.store.ForwardingColdReader;
import dev.eider.server.store.StoreException;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.Run;
import dev.eider.v1.WatchRunsResponse;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A page of a list costs what is on it, and holds what is there while runs come and go. */
@Timeout(60)
final class RunDirectoryTest {
  private static final RunSelection ANY = selection(null, Map.of());

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
  void shouldPageThroughRunsInMemoryAndInDuckDb() throws Exception {
    // given
    List<String> newestFirst = openAndCloseSome();

    // then
    for (int pageSize : new int[] {1, 3, 4, 12, 13, 100}) {
      assertThat(list(ANY, pageSize)).extracting(Run::getRunId).isEqualTo(newestFirst);
    }
    assertThat(list(selection(true, Map.of()), 2)).hasSize(6);
    assertThat(list(selection(false, Map.of()), 2)).hasSize(6);
    assertThat(list(selection(null, Map.of("third", "0")), 2))
        .extracting(Run::getRunId)
        .containsExactly("run-09", "run-06", "run-03", "run-00");
  }

  @Test
  void shouldListATreeOfForksWhereverTheyAre() throws Exception {
    // given a root, its fork and that one's, of which the one in the middle has left memory
    RunId root = new RunId("root");
    rig.broker.apply(open("root", Map.of(), null));
    rig.broker.apply(open("middle", Map.of(), new Parent(root, 0, 1, root)));
    rig.broker.apply(open("leaf", Map.of(), new Parent(new RunId("middle"), 0, 1, root)));
    rig.broker.apply(open("other", Map.of(), null));
    rig.broker.apply(close(new RunId("middle")));
    rig.broker.awaitReaped(new RunId("middle"));

    for (int pageSize = 1; pageSize < 4; pageSize++) {
      // when
      List<Run> tree = list(tree(null, root), pageSize);

      // then
      assertThat(tree).extracting(Run::getRunId).containsExactly("root", "middle", "leaf");
    }
    assertThat(list(tree(root, root), 2)).extracting(Run::getRunId).containsExactly("middle");
    assertThat(list(tree(null, new RunId("leaf")), 2)).isEmpty();
  }

  private static RunSelection tree(@Nullable RunId parent, RunId root) {
    return new RunSelection(null, Map.of(), parent, root, Long.MIN_VALUE, Long.MAX_VALUE);
  }

  @Test
  void shouldWatchWhatIsThereAndWhatChanges() throws Exception {
    // given
    rig.broker.apply(open("a", Map.of(), null));
    // Answered after the opening has been announced.
    rig.broker.apply(publish(new RunId("a"), 1));
    TestSink<WatchRunsResponse> sink = new TestSink<>();

    // when
    new RunWatch(ANY, runs, sink.ofNotices(), rig.readers()).start();
    await().until(() -> sink.story().contains("listed"));
    rig.broker.apply(open("b", Map.of(), null));
    await().until(() -> sink.story().size() == 3);
    rig.broker.apply(open("c", Map.of(), new Parent(new RunId("a"), 0, 1, new RunId("a"))));
    await().until(() -> sink.story().size() == 4);
    rig.broker.apply(publish(new RunId("b"), 2));
    rig.broker.apply(close(new RunId("b")));

    // then
    await().until(() -> sink.story().size() == 5);
    assertThat(sink.story()).containsExactly("existing", "listed", "opened", "forked", "closed");
    assertThat(sink.notices().get(1).getListed().getRunCount()).isEqualTo(1);
    assertThat(sink.notices().get(4).getClosed().getHeadSeq()).isEqualTo(3);
  }

  @Test
  void shouldTellASlowWatcherOnlyTheLastOfSeveralChanges() throws Exception {
    // given
    TestSink<WatchRunsResponse> sink = new TestSink<>();
    RunWatch watch = new RunWatch(selection(null, Map.of()), runs, sink.ofNotices(), rig.readers());
    watch.start();
    await().until(() -> sink.story().contains("listed"));
    sink.setReady(false);

    // when
    rig.broker.apply(publish(RUN, 1));
    rig.broker.apply(close(RUN));
    rig.broker.apply(publish(new RunId("z"), 1));
    sink.setReady(true);
    watch.wake();

    // then
    await().until(() -> sink.story().size() == 3);
    assertThat(sink.story()).containsExactly("listed", "closed", "opened");
  }

  @Test
  void shouldForgetAWatcherThatHasGone() {
    WeakReference<RunWatch> watch = watchAndCancel();
    assertThat(rig.registry.count()).isZero();
    awaitForgotten(watch);
  }

  @Test
  void shouldAskDuckDbOnceForAnyPageOfManyOpenRuns() throws Exception {
    // given
    open(OPEN);
    rig.broker.awaitPersisted();

    for (int pageSize : new int[] {1, 10, OPEN - 1, OPEN, OPEN + 1}) {
      // when
      cold.queries = 0;
      List<Run> page = runs.list(ANY, null, pageSize).runs();

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
    List<Run> open = runs.list(selection(true, Map.of()), null, 10).runs();

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

    // then
    assertThat(list(ANY, 10))
        .extracting(Run::getRunId)
        .containsExactly(id(2).value(), id(1).value(), id(0).value());
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
    assertThat(list(ANY, 1)).extracting(Run::getRunId).containsExactly(id(0).value());
    assertThat(cold.queries).isBetween(2, 5);
  }

  private WeakReference<RunWatch> watchAndCancel() {
    TestSink<WatchRunsResponse> sink = new TestSink<>();
    RunWatch watch = new RunWatch(ANY, runs, sink.ofNotices(), rig.readers());
    watch.start();
    await().until(() -> sink.story().contains("listed"));
    watch.cancel();
    return new WeakReference<>(watch);
  }

  /** Twelve runs, two of each time, every other one closed and out of memory. */
  private List<String> openAndCloseSome() throws Exception {
    List<String> newestFirst = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      String id = String.format("run-%02d", i);
      newestFirst.add(0, id);
      rig.broker.apply(open(id, Map.of("third", String.valueOf(i % 3)), null));
      if (i % 2 == 1) {
        rig.broker.apply(close(new RunId(id)));
        rig.broker.awaitReaped(new RunId(id));
        rig.broker.clock.advance(1);
      }
    }
    return newestFirst;
  }

  private List<Run> list(RunSelection selection, int pageSize) {
    List<Run> found = new ArrayList<>();
    RunPlace place = null;
    do {
      RunDirectory.RunPage page = runs.list(selection, place, pageSize);
      assertThat(page.runs()).hasSizeLessThanOrEqualTo(pageSize);
      found.addAll(page.runs());
      place = page.last();
    } while (place != null);
    return found;
  }

  private static RunSelection selection(@Nullable Boolean open, Map<String, String> labels) {
    return new RunSelection(open, labels, null, null, Long.MIN_VALUE, Long.MAX_VALUE);
  }

  private static Command.Open open(String id, Map<String, String> labels, @Nullable Parent parent) {
    return new Command.Open(
        new RunId(id),
        labels,
        "",
        new byte[0],
        parent,
        Samples.metrics(1),
        ErrorReason.ERROR_REASON_RUN_ALREADY_EXISTS);
  }

  private void open(int count) throws Exception {
    for (int i = 0; i < count; i++) {
      rig.broker.apply(publish(id(i), 1));
    }
  }

  private static RunId id(int number) {
    return new RunId(String.format("run-%04d", number));
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
