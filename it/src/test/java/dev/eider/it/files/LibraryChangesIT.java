package dev.eider.it.files;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.eider.it.ColdRead;
import dev.eider.it.Daemon;
import dev.eider.it.Events;
import dev.eider.it.Refusal;
import dev.eider.it.RunCalls;
import dev.eider.it.RunReader;
import dev.eider.it.StreamChecker;
import dev.eider.v1.ColdStreamRequest;
import dev.eider.v1.EventFilter;
import dev.eider.v1.Libraries.LeftOut;
import dev.eider.v1.SubscribeRequest;
import dev.eider.v1.SubscribeResponse;
import io.grpc.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files of libraries come, change and go while the daemon runs, and libraries between starts. */
@Timeout(240)
class LibraryChangesIT {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final EventFilter METRICS = EventFilter.newBuilder().addKinds("metric").build();

  private static final int LONG_EVENTS = 30_000;

  @TempDir private Path library;
  @TempDir private Path elsewhere;
  private Daemon daemon;
  private RunCalls runs;

  @BeforeEach
  void start() throws Exception {
    write(library.resolve("games.duckdb"), "game-1", 3);
    daemon =
        LibraryFiles.start(
            "LibraryChanges", Map.of("library-scan-ms", "100"), "--library", library.toString());
    LibraryFiles.awaitIndexed(daemon);
    runs = new RunCalls(daemon);
  }

  @AfterEach
  void stop() {
    daemon.close();
  }

  private static Path write(Path file, String runId, int metrics) throws Exception {
    // The daemon may be reading it, and has it open for that long.
    try (OlderFile older =
        Awaitility.await()
            .atMost(SOON)
            .ignoreExceptions()
            .until(() -> new OlderFile(file), opened -> true)) {
      older.add(runId, 0, "wrong", OlderFile.NINE_KINDS[0]);
      for (int i = 0; i < metrics; i++) {
        older.add(runId, 1, "wrong", OlderFile.NINE_KINDS[8]);
      }
    }
    return file;
  }

  @Test
  void shouldShowNewFilesToThoseWhoWaitForTheirRuns() throws Exception {
    // given a reader of a run that is not there, with notices and without
    SubscribeRequest silent =
        SubscribeRequest.newBuilder().setRunId("late-1").setWaitForRun(true).build();
    try (RunReader waiting = RunReader.fromStart(daemon.channel(), "late-1");
        RunReader quiet = RunReader.open(daemon.channel(), silent)) {
      // when
      Path file = write(elsewhere.resolve("late.duckdb"), "late-1", 5);
      Files.move(file, library.resolve("late.duckdb"));

      // then
      waiting.awaitRunClosed(SOON).shouldHaveAllUpTo(6);
      assertThat(quiet.awaitEnd(SOON).isOk()).isTrue();
      quiet.checker().shouldHaveAllUpTo(6);
    }
  }

  @Test
  void shouldReadAFileOnceItsOwnerLetsGoOfIt() throws Exception {
    // given
    OlderFile owner = new OlderFile(library.resolve("owned.duckdb"));
    owner.add("owned-1", 0, "metric", OlderFile.NINE_KINDS[8]);
    Awaitility.await().atMost(SOON).until(() -> leftOut("owned.duckdb").contains("elsewhere"));
    Refusal.of(() -> runs.get("owned-1")).shouldBe(Status.Code.NOT_FOUND, "RUN_NOT_FOUND");

    // when
    owner.add("owned-1", 0, "metric", OlderFile.NINE_KINDS[8]);
    owner.close();

    // then
    try (RunReader reader = RunReader.fromStart(daemon.channel(), "owned-1")) {
      reader.awaitRunClosed(SOON).shouldHaveAllUpTo(2);
    }
    assertThat(leftOut("owned.duckdb")).isEmpty();

    // and the owner can write to what has been read; then it is read anew
    write(library.resolve("owned.duckdb"), "owned-1", 2);
    awaitHead("owned-1", 5);
    ColdRead.of(daemon.channel(), "owned-1").checker().shouldHaveAllUpTo(5);
  }

  private void awaitHead(String runId, long headSeq) {
    Awaitility.await(runId + " has " + headSeq + " events")
        .atMost(SOON)
        .ignoreExceptions()
        .until(() -> runs.get(runId).getHeadSeq() == headSeq);
  }

  @Test
  void shouldReadAFileThatChangesAnew() throws Exception {
    // given a file with two more runs, read to the end and kept in memory
    Path file = library.resolve("night.duckdb");
    write(file, "night-1", 3);
    write(file, "night-2", 3);
    awaitHead("night-2", 4);
    StreamChecker before = ColdRead.of(daemon.channel(), "night-1").checker();
    ColdRead.of(daemon.channel(), "night-2").checker().shouldHaveAllUpTo(4);

    // when one goes on, one begins, and one goes
    write(file, "night-3", 1);
    write(file, "night-2", 2);
    awaitHead("night-2", 7);

    // then all are there as the file has them now, without a restart
    assertThat(runs.get("night-3").getHeadSeq()).isEqualTo(2);
    ColdRead.of(daemon.channel(), "night-1").checker().shouldEqual(before);
    StreamChecker grown = ColdRead.of(daemon.channel(), "night-2").checker();
    grown.shouldHaveAllUpTo(7);
    grown.shouldHaveDigest(runs.get("night-2").getDigest());
    assertThat(leftOut("night.duckdb")).isEmpty();
    assertThat(daemon.info().getLibraries().getRuns()).isEqualTo(4);

    // and another file in its place gives other runs, and the ids of those that went
    Files.delete(file);
    write(elsewhere.resolve("night.duckdb"), "night-1", 1);
    Files.move(elsewhere.resolve("night.duckdb"), file);
    awaitHead("night-1", 2);
    StreamChecker other = ColdRead.of(daemon.channel(), "night-1").checker();
    other.shouldHaveAllUpTo(2);
    other.shouldHaveDigest(runs.get("night-1").getDigest());
    Awaitility.await().atMost(SOON).until(() -> !runs.heads().containsKey("night-2"));
    runs.publish("night-2", Events.metric("ada", 0, "own", 1));
    assertThat(runs.get("night-2").getInLibrary()).isFalse();
  }

  @Test
  void shouldSayOfAFileThatChangesWhyItCannotBeRead() throws Exception {
    Path file = library.resolve("games.duckdb");
    Files.write(file, java.util.Arrays.copyOf(Files.readAllBytes(file), 20_000));
    Awaitility.await().atMost(SOON).until(() -> leftOut("games.duckdb").contains("DuckDB"));
    Awaitility.await().atMost(SOON).until(() -> !runs.heads().containsKey("game-1"));
    Refusal.of(() -> ColdRead.of(daemon.channel(), filtered("game-1")))
        .shouldBe(Status.Code.NOT_FOUND, "RUN_NOT_FOUND");

    // and when it is whole again, they are back
    Files.delete(file);
    write(elsewhere.resolve("games.duckdb"), "game-1", 3);
    Files.move(elsewhere.resolve("games.duckdb"), file);
    awaitHead("game-1", 4);
    ColdRead.of(daemon.channel(), filtered("game-1")).checker().shouldHaveAllUpTo(4);
  }

  @Test
  void shouldSayThatAFileIsLeftOutUntilTheNextLook() throws Exception {
    // given a daemon that does not look soon
    assertThat(daemon.terminate(20)).isEqualTo(143);
    daemon.restartWith(
        List.of("--library", library.toString(), "--set", "library-scan-ms=3600000"));
    LibraryFiles.awaitIndexed(daemon);

    // when a file changes, and somebody reads it
    write(library.resolve("games.duckdb"), "game-2", 1);
    shouldNotBeReadable("game-1", "games.duckdb", "was changed");

    // then it is read at the next start at the latest
    daemon.kill9();
    daemon.restartWith(List.of("--library", library.toString()));
    awaitHead("game-2", 2);
    assertThat(leftOut("games.duckdb")).isEmpty();
  }

  @Test
  void shouldReadAFileTogetherWithWhatAKilledWriterLeftBesideIt() throws Exception {
    Path file = elsewhere.resolve("killed.duckdb");
    try (OlderFile older = new OlderFile(file)) {
      older.add("killed-1", 0, "wrong", OlderFile.NINE_KINDS[8]).killed();
      older.add("killed-1", 1, "wrong", OlderFile.NINE_KINDS[8]);
    }
    Path log = elsewhere.resolve("killed.duckdb.wal");
    assertThat(log).isNotEmptyFile();
    Files.move(log, library.resolve("killed.duckdb.wal"));
    Files.move(file, library.resolve("killed.duckdb"));
    awaitHead("killed-1", 2);
    ColdRead.of(daemon.channel(), filtered("killed-1")).checker().shouldHaveAllUpTo(2);
    assertThat(library.resolve("killed.duckdb.wal")).isNotEmptyFile();
  }

  @Test
  void shouldShowTheGoodRunsOfAFileAndNameTheOthers() throws Exception {
    // given more bad runs than are told one by one, and ids that are not allowed
    Path file = elsewhere.resolve("mixed.duckdb");
    try (OlderFile older = new OlderFile(file)) {
      for (int i = 10; i < 35; i++) {
        older.add("bad:" + i, 0, "wrong", OlderFile.NINE_KINDS[8]).add("bad:" + i, 1, "wrong", "[");
      }
      older.add("good:1", 0, "wrong", OlderFile.NINE_KINDS[8]);
    }
    Files.move(file, library.resolve("mixed.duckdb"));

    // then
    Awaitility.await().atMost(SOON).until(() -> !leftOut("mixed.duckdb").isEmpty());
    List<LeftOut> leftOut =
        daemon.info().getLibraries().getLeftOutList().stream()
            .filter(one -> one.getFile().endsWith("mixed.duckdb"))
            .toList();
    assertThat(leftOut).hasSize(20).allMatch(one -> one.getRow() == 2);
    assertThat(leftOut.stream().mapToLong(LeftOut::getRunCount).sum()).isEqualTo(25);
    assertThat(daemon.info().getLibraries().getLeftOutFiles()).isEqualTo(1);
    String good =
        runs.heads().keySet().stream().filter(id -> id.startsWith("good")).findFirst().get();
    assertThat(runs.get(good).getLabelsMap()).containsEntry("original_run_id", "good:1");
    ColdRead.of(daemon.channel(), filtered(good)).checker().shouldHaveAllUpTo(1);
  }

  @Test
  void shouldRefuseWhatWasReplacedOrIsGone() throws Exception {
    // given
    StreamChecker before = ColdRead.of(daemon.channel(), filtered("game-1")).checker();
    before.shouldHaveAllUpTo(4);

    // when another file takes its name
    Path other = write(elsewhere.resolve("games.duckdb"), "game-1", 7);
    Files.move(library.resolve("games.duckdb"), elsewhere.resolve("kept.duckdb"));
    Files.move(other, library.resolve("games.duckdb"));

    // then it is read anew
    awaitHead("game-1", 8);
    ColdRead.of(daemon.channel(), "game-1").checker().shouldHaveAllUpTo(8);

    // and nothing of it comes when it is gone
    Files.delete(library.resolve("games.duckdb"));
    shouldNotBeReadable("game-1", "games.duckdb", "is gone");
    Refusal.of(() -> runs.open("game-1", Map.of()))
        .shouldBe(Status.Code.FAILED_PRECONDITION, "RUN_READ_ONLY");

    // and what it was before is read again as soon as that is back
    Files.move(
        elsewhere.resolve("kept.duckdb"),
        library.resolve("games.duckdb"),
        StandardCopyOption.ATOMIC_MOVE);
    awaitHead("game-1", 4);
    ColdRead.of(daemon.channel(), filtered("game-1")).checker().shouldEqual(before);
    assertThat(leftOut("games.duckdb")).isEmpty();
  }

  /** More than a connection holds, so that the reader is in the middle when the file changes. */
  @Test
  void shouldEndASubscriberOfARunThatIsAnotherNow() throws Exception {
    // given
    Path file = library.resolve("long.duckdb");
    writeLong(file, "first");
    awaitHead("long", LONG_EVENTS);
    Iterator<SubscribeResponse> reader =
        daemon.broker().subscribe(SubscribeRequest.newBuilder().setRunId("long").build());
    String metric = reader.next().getEvents().getEnvelopes(0).getEvent().getMetric().getName();
    ByteString digest = runs.get("long").getDigest();

    // when
    Files.move(
        writeLong(elsewhere.resolve("long.duckdb"), "second"),
        file,
        StandardCopyOption.ATOMIC_MOVE);
    Awaitility.await()
        .atMost(SOON)
        .ignoreExceptions()
        .until(() -> !runs.get("long").getDigest().equals(digest));

    // then
    assertThat(metric).isEqualTo("first");
    Refusal.of(
            () ->
                reader.forEachRemaining(
                    response ->
                        assertThat(response.getEvents().getEnvelopesList())
                            .allMatch(
                                envelope ->
                                    envelope.getEvent().getMetric().getName().equals("first"))))
        .shouldBe(Status.Code.UNAVAILABLE, "STORAGE_UNAVAILABLE");
  }

  private static Path writeLong(Path file, String metric) throws Exception {
    try (OlderFile older = new OlderFile(file)) {
      older.addRows(
          "SELECT 'long', 'ada', i::INTEGER, 'metric', '{\"kind\":\"metric\",\"name\":\"%s\",\"value\":1.0,\"pad\":\"'"
                  .formatted(metric)
              + " || repeat('z', 1000) || '\"}', TIMESTAMP '2026-01-01', 1 FROM range(%d) AS t(i)"
                  .formatted(LONG_EVENTS));
    }
    return file;
  }

  /** Filtered, since what was read as a whole may still be in memory. */
  private void shouldNotBeReadable(String runId, String file, String problem) {
    Refusal refusal =
        Refusal.of(() -> ColdRead.of(daemon.channel(), filtered(runId)))
            .shouldBe(Status.Code.UNAVAILABLE, "STORAGE_UNAVAILABLE");
    assertThat(refusal.message()).contains(file).contains(problem);
    assertThat(refusal.metadata().get("file")).endsWith(file);
    SubscribeRequest request =
        SubscribeRequest.newBuilder().setRunId(runId).setFilter(METRICS).build();
    try (RunReader reader = RunReader.open(daemon.channel(), request)) {
      reader.awaitRefusal(SOON).shouldBe(Status.Code.UNAVAILABLE, "STORAGE_UNAVAILABLE");
      assertThat(reader.lastSeq()).isZero();
    }
    Awaitility.await(file + " is said to be lost")
        .atMost(SOON)
        .until(() -> leftOut(file).contains(problem));
  }

  private static ColdStreamRequest filtered(String runId) {
    return ColdStreamRequest.newBuilder().setRunId(runId).setFilter(METRICS).build();
  }

  private String leftOut(String file) {
    return daemon.info().getLibraries().getLeftOutList().stream()
        .filter(one -> one.getFile().endsWith(file))
        .map(LeftOut::getReason)
        .findFirst()
        .orElse("");
  }

  @Test
  void shouldDoWithoutTheLibraryAtTheNextStartAndWithItAgain() throws Exception {
    // given
    runs.fork("game-1", 0, "child");
    runs.publish("child", Events.metric("ada", 0, "score", 1));
    runs.close("child");
    StreamChecker own = ColdRead.of(daemon.channel(), "child").checker();

    // when
    assertThat(daemon.terminate(20)).isEqualTo(143);
    daemon.restartWith(List.of());

    // then its runs are not there, and forks have their own events
    assertThat(daemon.info().hasLibraries()).isFalse();
    Refusal.of(() -> runs.get("game-1")).shouldBe(Status.Code.NOT_FOUND, "RUN_NOT_FOUND");
    ColdRead.of(daemon.channel(), "child").checker().shouldEqual(own);
    assertThat(runs.get("child").getParentRunId()).isEqualTo("game-1");
    Refusal.of(() -> ColdRead.timeline(daemon.channel(), "child"))
        .shouldBe(Status.Code.NOT_FOUND, "RUN_NOT_FOUND");

    // and a run that takes a file's id meanwhile counts from then on
    daemon.kill9();
    daemon.restartWith(List.of("--library", library.toString()));
    LibraryFiles.awaitIndexed(daemon);
    ColdRead.timeline(daemon.channel(), "child").checker().shouldHaveAllUpTo(2);
    assertThat(daemon.terminate(20)).isEqualTo(143);
    daemon.restartWith(List.of());
    runs.publish("game-1", Events.metric("ada", 0, "own", 1));
    daemon.kill9();
    daemon.restartWith(List.of("--library", library.toString()));
    LibraryFiles.awaitIndexed(daemon);
    assertThat(runs.get("game-1").getInLibrary()).isFalse();
    assertThat(runs.get("game-1").getHeadSeq()).isEqualTo(1);
    assertThat(leftOut("games.duckdb")).contains("the daemon has");
  }

  @Test
  void shouldSayWhichRunsAreTooMany() throws Exception {
    for (String runId : List.of("game-2", "game-3")) {
      write(library.resolve("games.duckdb"), runId, 1);
    }
    write(library.resolve("more.duckdb"), "game-4", 1);
    assertThat(daemon.terminate(20)).isEqualTo(143);
    daemon.restartWith(List.of("--library", library.toString(), "--set", "library-runs-max=2"));
    assertThat(LibraryFiles.awaitIndexed(daemon).getRuns()).isEqualTo(2);
    assertThat(runs.heads()).containsOnlyKeys("game-1", "game-2");
    assertThat(leftOut("games.duckdb")).contains("library-runs-max, 2");
    assertThat(leftOut("more.duckdb")).contains("library-runs-max, 2");
  }

  @Test
  void shouldRefuseToInheritFromAnotherRunOfTheParentsId() throws Exception {
    // given a fork in a file, exported without its parent
    runs.publish("parent-1", Events.metrics(20, 0));
    runs.publish("parent-1", Events.turnStart("ada", 1, Events.gold(1)));
    runs.fork("parent-1", 1, "fork-1");
    runs.close("fork-1");
    StreamChecker fork = ColdRead.of(daemon.channel(), "fork-1").checker();
    FileCalls.export(daemon, library.resolve("fork.duckdb"), List.of("fork-1"));
    daemon.close();

    // when a daemon that has another run of the parent's id attaches it
    daemon = LibraryFiles.start("LibraryOther", Map.of());
    runs = new RunCalls(daemon);
    runs.publish("parent-1", Events.metrics(3, 0));
    assertThat(daemon.terminate(20)).isEqualTo(143);
    daemon.restartWith(List.of("--library", library.toString()));
    LibraryFiles.awaitIndexed(daemon);

    // then the fork is there without what it inherits, be its parent open or closed
    ColdRead.of(daemon.channel(), "fork-1").checker().shouldEqual(fork);
    shouldNotInherit();
    runs.close("parent-1");
    shouldNotInherit();
  }

  private void shouldNotInherit() {
    assertThat(Refusal.of(() -> ColdRead.timeline(daemon.channel(), "fork-1")).message())
        .contains("run parent-1 ends at 3");
    try (RunReader reader = RunReader.timeline(daemon.channel(), "fork-1")) {
      reader.awaitRefusal(SOON).shouldBe(Status.Code.NOT_FOUND, "RUN_NOT_FOUND");
    }
  }
}
