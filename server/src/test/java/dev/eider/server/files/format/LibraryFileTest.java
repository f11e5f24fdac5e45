package dev.eider.server.files.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.eider.server.base.BrokerException;
import dev.eider.server.event.EncodedEvent;
import dev.eider.server.event.EventMatcher;
import dev.eider.server.event.RunDigest;
import dev.eider.server.event.RunId;
import dev.eider.server.event.SequencedEvent;
import dev.eider.server.files.format.RunFile.BadRun;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.store.ColdReader.ColdPage;
import dev.eider.server.store.ColdReader.PageQuery;
import dev.eider.server.store.LibraryFileException;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.Event;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class LibraryFileTest {
  private static final RunId ONE = new RunId("one");
  private static final RunId TWO = new RunId("two");
  private static final int EVENTS = 500;

  private static final FileRules ANY =
      new FileRules() {
        @Override
        public void event(Event event, String where) {
          // Every event is fine.
        }

        @Override
        public void labels(Map<String, String> labels) {
          // All labels are fine.
        }
      };

  @TempDir private Path directory;
  private ScratchConfig scratch;
  private Path older;

  /** Two runs whose rows alternate, with turns that go backwards in the file. */
  @BeforeEach
  void writeOlder() throws Exception {
    scratch = new ScratchConfig(directory.resolve("tmp"), 128L << 20, 1 << 20);
    older = directory.resolve("older.duckdb");
    execute(
        "CREATE TABLE events AS SELECT CASE WHEN i % 2 = 0 THEN 'one' ELSE 'two' END AS run_id,"
            + " CASE WHEN i % 6 < 2 THEN 'ada' ELSE 'bob' END AS agent_id,"
            + " CAST(99 - i // 10 AS INTEGER) AS t, 'wrong' AS kind,"
            + " '{\"kind\":\"metric\",\"name\":\"n\",\"value\":' || i || '}' AS payload_json,"
            + " TIMESTAMP '2025-01-01 00:00:00' AS ts, 1 AS schema_version"
            + " FROM range(1000) numbers(i)");
  }

  private void execute(String sql) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + older);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private LibraryFile found(Path path) throws Exception {
    return new LibraryFile(path, FileStamp.of(path), scratch, ANY);
  }

  private static List<FoldedRun> runs(LibraryFile file) throws Exception {
    Through through = new Through(Integer.MAX_VALUE);
    file.readThrough(through);
    return through.runs;
  }

  private static List<BadRun> badRuns(LibraryFile file) throws Exception {
    Through through = new Through(Integer.MAX_VALUE);
    file.readThrough(through);
    return through.bad;
  }

  /** Takes so many runs. */
  private static final class Through implements LibraryFile.Runs {
    private final List<FoldedRun> runs = new ArrayList<>();
    private final List<BadRun> bad = new ArrayList<>();
    private final int runsMax;

    Through(int runsMax) {
      this.runsMax = runsMax;
    }

    @Override
    public boolean add(FoldedRun run) {
      runs.add(run);
      return runs.size() < runsMax;
    }

    @Override
    public boolean addAtFault(BadRun run) {
      bad.add(run);
      return true;
    }
  }

  @Test
  void shouldReadItThroughUntilNoMoreIsWanted() throws Exception {
    List<FoldedRun> runs = runs(found(older));
    assertThat(runs).extracting(FoldedRun::runId).containsExactly(ONE, TWO);
    assertThat(runs).allMatch(run -> run.isInLibrary() && !run.isOpen());
    assertThat(runs).extracting(FoldedRun::headSeq).containsOnly((long) EVENTS);

    Through first = new Through(1);
    found(older).readThrough(first);
    assertThat(first.runs).extracting(FoldedRun::runId).containsExactly(ONE);
  }

  @ParameterizedTest
  @CsvSource({"61, 1000000", "1000, 3000", "16384, 4194304"})
  void shouldReadInPagesWhatItReadThrough(int eventsMax, long bytesMax) throws Exception {
    LibraryFile file = found(older);
    for (FoldedRun run : runs(file)) {
      byte[] digest = RunDigest.initial(run.runId());
      long seq = 0;
      while (seq < run.headSeq()) {
        ColdPage page =
            file.readPage(query(run.runId(), seq, EventMatcher.ALL, eventsMax, bytesMax));
        assertThat(page.events()).isNotEmpty().hasSizeLessThanOrEqualTo(eventsMax);
        for (SequencedEvent event : page.events()) {
          seq++;
          assertThat(event.seq()).isEqualTo(seq);
          digest = RunDigest.next(digest, EncodedEvent.decode(event.eventBytes()).hash());
        }
        assertThat(page.scannedSeq()).isEqualTo(seq);
      }
      assertThat(digest).isEqualTo(run.digest());
    }
  }

  private static PageQuery query(
      RunId runId, long afterSeq, EventMatcher matcher, int eventsMax, long bytesMax) {
    return new PageQuery(runId, afterSeq, EVENTS, -1, -1, matcher, eventsMax, bytesMax);
  }

  @ParameterizedTest
  @CsvSource({
    "metric, ada, 10, 20",
    "metric, '', 99, 99",
    "wrong, '', 0, 99",
    "'', bob, 0, 0",
    "'', '', 5, 2147483647"
  })
  void shouldFilterByWhatTheEventsAre(String kind, String agent, int tMin, int tMax)
      throws Exception {
    // given
    LibraryFile file = found(older);
    EventMatcher matcher =
        new EventMatcher(
            kind.isEmpty() ? Set.of() : Set.of(kind),
            agent.isEmpty() ? Set.of() : Set.of(agent),
            tMin,
            tMax);
    List<SequencedEvent> all =
        file.readPage(query(TWO, 0, EventMatcher.ALL, 16_384, 4 << 20)).events();
    List<Long> expected = all.stream().filter(matcher::matches).map(SequencedEvent::seq).toList();

    // when read a few at a time
    List<Long> seqs = new ArrayList<>();
    long seq = 0;
    while (seq < EVENTS) {
      ColdPage page = file.readPage(query(TWO, seq, matcher, 20, 1 << 20));
      assertThat(page.scannedSeq()).isGreaterThan(seq);
      page.events().forEach(event -> seqs.add(event.seq()));
      seq = page.scannedSeq();
    }

    // then
    assertThat(seqs).isEqualTo(expected);
  }

  @Test
  void shouldRefuseWhatIsNotWhatItWas() throws Exception {
    // given
    LibraryFile file = found(older);
    runs(file);
    byte[] before = Files.readAllBytes(older);

    // then a change is refused, and neither is the change undone nor the file opened in vain
    execute("INSERT INTO events SELECT * FROM events WHERE t = 0 LIMIT 1");
    PageQuery query = query(ONE, 0, EventMatcher.ALL, 10, 1 << 20);
    assertThatThrownBy(() -> file.readPage(query))
        .isInstanceOf(LibraryFileException.class)
        .hasMessageContaining(older.toString())
        .hasMessageContaining("was changed");
    assertThat(Files.readAllBytes(older)).isNotEqualTo(before);
    assertThatThrownBy(() -> runs(file)).isInstanceOf(LibraryFileException.class);

    // and so is its absence
    Files.delete(older);
    LibraryFileException gone =
        catchThrowableOfType(LibraryFileException.class, () -> file.readPage(query));
    assertThat(gone.problem()).isEqualTo("it is gone");
  }

  @Test
  void shouldSayWhatIsWrongWithAFile() throws Exception {
    execute("UPDATE events SET payload_json = '[]' WHERE t = 0 AND run_id = 'two'");
    assertThat(runs(found(older))).extracting(FoldedRun::runId).containsExactly(ONE);
    List<BadRun> bad = badRuns(found(older));
    assertThat(bad).extracting(BadRun::runId).containsExactly(TWO);
    assertThat(bad).extracting(BadRun::row).containsExactly(1L);
    assertThat(bad.get(0).reason()).contains("run two, row 1", "is no JSON object");

    execute("ALTER TABLE events ADD COLUMN event_rest BLOB");
    BrokerException own = catchThrowableOfType(BrokerException.class, () -> runs(found(older)));
    assertThat(own.reason()).isEqualTo(ErrorReason.ERROR_REASON_INVALID_FILE);
    assertThat(own.text()).contains("database of a daemon");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "payload_json = NULL | it holds no event",
        "payload_json = repeat('x', 1048577) | more than request-bytes-max",
        "payload_json = '{nope' | is no JSON",
        "payload_json = '{\"kind\":\"metric\",\"name\":\"n\",\"value\":null}' | value must be a number; it is null",
        "t = NULL | t is NULL",
        "ts = NULL | ts is NULL",
        "ts = TIMESTAMP 'infinity' | no time",
        "run_id = NULL | run_id is NULL"
      })
  void shouldNameABadRowAndReadTheRunsBesideIt(String wrong, String reason) throws Exception {
    // given a third run with a row at fault, in one page with the good ones
    execute(
        "INSERT INTO events SELECT 'three', agent_id, t, kind, payload_json, ts, schema_version"
            + " FROM events WHERE run_id = 'two' LIMIT 10");
    execute("INSERT INTO events SELECT 'x', * EXCLUDE (run_id) FROM events WHERE run_id = 'three'");
    execute(
        "UPDATE events SET %s WHERE run_id = 'three' AND rowid = (SELECT max(rowid) FROM events WHERE run_id = 'three')"
            .formatted(wrong));

    // then
    LibraryFile file = found(older);
    Through through = new Through(Integer.MAX_VALUE);
    file.readThrough(through);
    assertThat(through.bad).hasSize(1);
    assertThat(through.bad.get(0).reason()).contains(reason);
    assertThat(through.bad.get(0).row()).isPositive();
    assertThat(through.runs)
        .extracting(FoldedRun::runId)
        .contains(ONE, TWO, new RunId("x"))
        .hasSize(wrong.startsWith("run_id") ? 4 : 3);
    // A page of a good run is read from the same file.
    assertThat(file.readPage(query(TWO, 0, EventMatcher.ALL, 50, 1 << 20)).events()).hasSize(50);
  }

  @ParameterizedTest
  @ValueSource(strings = {"synth:aggr:0", "run \u00fc/1", "", "-x", "a b\nc", "\ud83c\udfb2"})
  void shouldGiveARunAnIdThatIsAllowed(String original) throws Exception {
    // given
    execute("UPDATE events SET run_id = '%s' WHERE run_id = 'two'".formatted(original));

    // when
    LibraryFile file = found(older);
    List<FoldedRun> runs = runs(file);

    // then
    FoldedRun renamed =
        runs.stream().filter(run -> !run.runId().equals(ONE)).findFirst().orElseThrow();
    assertThat(RunId.isValid(renamed.runId().value())).isTrue();
    assertThat(renamed.labels()).containsExactly(Map.entry("original_run_id", original));
    assertThat(renamed.headSeq()).isEqualTo(EVENTS);
    assertThat(file.readPage(query(renamed.runId(), 0, EventMatcher.ALL, 50, 1 << 20)).events())
        .hasSize(50);
    assertThat(runs(found(older))).extracting(FoldedRun::runId).contains(renamed.runId());
  }

  @Test
  void shouldGiveNoTwoRunsTheSameId() throws Exception {
    String longest = "x".repeat(2_000);
    execute("UPDATE events SET run_id = '%s:' WHERE run_id = 'one'".formatted(longest));
    execute("UPDATE events SET run_id = '%s/' WHERE run_id = 'two'".formatted(longest));
    assertThat(runs(found(older))).extracting(FoldedRun::runId).doesNotHaveDuplicates().hasSize(2);

    // and one whose id another run has already is refused
    execute("UPDATE events SET run_id = 'a:b' WHERE run_id LIKE '%/'");
    String taken = runs(found(older)).get(0).runId().value();
    execute(
        "UPDATE events SET run_id = '%s' WHERE run_id LIKE '%%:'".formatted(taken) + " AND t = 0");
    execute("INSERT INTO events SELECT 'a:b', * EXCLUDE (run_id) FROM events LIMIT 1");
    BrokerException refused = catchThrowableOfType(BrokerException.class, () -> runs(found(older)));
    assertThat(refused.text()).contains("another run of the file has");
  }

  @Test
  void shouldEndWhenItIsCancelled() throws Exception {
    LibraryFile file = found(older);
    file.cancel();
    assertThatThrownBy(() -> runs(file)).isInstanceOf(LibraryFileException.class);
  }
}
