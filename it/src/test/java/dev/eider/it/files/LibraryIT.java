package dev.eider.it.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.common.hash.HashCode;
import com.google.protobuf.ByteString;
import dev.eider.client.EiderException;
import dev.eider.it.ColdRead;
import dev.eider.it.Daemon;
import dev.eider.it.DuckDbFile;
import dev.eider.it.Events;
import dev.eider.it.Refusal;
import dev.eider.it.RepositoryRoot;
import dev.eider.it.RunCalls;
import dev.eider.it.RunDigests;
import dev.eider.it.RunReader;
import dev.eider.it.Shell;
import dev.eider.it.StreamChecker;
import dev.eider.v1.ColdStreamRequest;
import dev.eider.v1.DiffRunsRequest;
import dev.eider.v1.DiffRunsResponse;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.EventFilter;
import dev.eider.v1.Libraries;
import dev.eider.v1.Libraries.LeftOut;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.Run;
import dev.eider.v1.RunFilter;
import dev.eider.v1.SubscribeRequest;
import io.grpc.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Runs of libraries are read as the daemon's own are, and cannot be changed. */
@Timeout(240)
class LibraryIT {
  static final List<String> READABLE = LibraryFiles.READABLE;

  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir private static Path library;

  /** Has the same runs as its own. */
  private static Daemon source;

  private static Daemon daemon;
  private static OlderFile locked;
  private static Map<Path, HashCode> hashes;

  private final RunCalls runs = new RunCalls(daemon);

  @BeforeAll
  static void attach() throws Exception {
    source = LibraryFiles.start("LibrarySource", Map.of());
    LibraryFiles.write(library, source);
    hashes = LibraryFiles.hashes(library);
    // From here on this process must not open it by other means, which would drop its lock.
    locked = new OlderFile(library.resolve("f-locked.duckdb"));
    locked.add("locked-1", 0, "metric", OlderFile.NINE_KINDS[8]);
    daemon = LibraryFiles.start("Library", Map.of("grace-ms", "200", "library-scan-ms", "200"));
    RunCalls own = new RunCalls(daemon);
    for (String runId : List.of("own-1", "own-2", "own-3")) {
      own.publish(runId, Events.metric("ada", 0, "own", 1), Events.metric("ada", 1, "own", 2));
    }
    own.close("own-1");
    own.delete("own-2", true);
    assertThat(daemon.terminate(20)).isEqualTo(143);

    daemon.restartWith(List.of("--library", library.toString()));
    LibraryFiles.awaitIndexed(daemon);
  }

  @AfterAll
  static void stop() throws Exception {
    daemon.close();
    source.close();
    locked.close();
    Files.delete(library.resolve("f-locked.duckdb"));
    assertThat(LibraryFiles.hashes(library)).isEqualTo(hashes);
  }

  @ParameterizedTest
  @FieldSource("READABLE")
  void shouldReadTheSameAsOfARunOfItsOwn(String runId) {
    // given the daemon that has it as its own
    Run there = new RunCalls(source).get(runId);
    ColdRead cold = ColdRead.of(source.channel(), runId);

    // then it is described the same
    Run here = runs.get(runId);
    assertThat(here).isEqualTo(there.toBuilder().setInLibrary(true).build());

    // and read the same: cold, live, in parts, and anew from the file
    ColdRead fromFile = ColdRead.of(daemon.channel(), runId);
    fromFile.checker().shouldEqual(cold.checker());
    fromFile.checker().shouldHaveDigest(here.getDigest());
    assertThat(fromFile.end()).isEqualTo(cold.end());
    try (RunReader reader = RunReader.fromStart(daemon.channel(), runId)) {
      reader.awaitRunClosed(SOON).shouldEqual(cold.checker());
    }
    long middle = here.getHeadSeq() / 2;
    ColdStreamRequest.Builder half = ColdStreamRequest.newBuilder().setRunId(runId);
    StreamChecker begin =
        ColdRead.of(daemon.channel(), half.clone().setUntilSeq(middle).build()).checker();
    begin.shouldHaveAllUpTo(middle);
    try (RunReader reader = RunReader.resume(daemon.channel(), runId, begin)) {
      reader.awaitRunClosed(SOON).shouldEqual(cold.checker());
    }
  }

  @ParameterizedTest
  @FieldSource("READABLE")
  void shouldFilterAsARunOfItsOwn(String runId) {
    List<EventFilter> filters =
        List.of(
            EventFilter.newBuilder().addKinds("metric").build(),
            EventFilter.newBuilder().addAgentIds("bob").setTMin(7).setTMax(9).build(),
            EventFilter.newBuilder().setTMax(0).addKinds("turn_start").build(),
            EventFilter.newBuilder().setTMin(49).build(),
            EventFilter.newBuilder().setTMin(1_000).build());
    for (EventFilter filter : filters) {
      for (long afterSeq : List.of(0L, runs.get(runId).getHeadSeq() / 3)) {
        ColdStreamRequest request =
            ColdStreamRequest.newBuilder()
                .setRunId(runId)
                .setAfterSeq(afterSeq)
                .setFilter(filter)
                .build();
        StreamChecker expected = ColdRead.of(source.channel(), request).checker();
        ColdRead.of(daemon.channel(), request).checker().shouldEqual(expected);
        SubscribeRequest subscribe =
            RunReader.request(runId, afterSeq).toBuilder().setFilter(filter).build();
        try (RunReader reader = RunReader.open(daemon.channel(), subscribe)) {
          reader.awaitRunClosed(SOON).shouldEqual(expected);
        }
      }
    }
  }

  @Test
  void shouldListThemAmongItsOwnAndSayWhatIsLeftOut() {
    // then each id is there once, as what it is
    Map<String, Run> listed = list(RunFilter.newBuilder());
    assertThat(listed.keySet()).containsAll(READABLE).contains("dup-1", "own-1", "own-3");
    assertThat(listed.keySet()).doesNotContain("own-2", "locked-1", "wrong-1");
    for (String runId : READABLE) {
      assertThat(listed.get(runId)).isEqualTo(runs.get(runId));
    }
    assertThat(listed.get("own-1").getInLibrary()).isFalse();
    assertThat(listed.get("own-1").getHeadSeq()).isEqualTo(2);
    assertThat(listed.get("own-3").getInLibrary()).isFalse();
    assertThat(list(RunFilter.newBuilder().putLabels("arena", "old")).keySet())
        .containsExactlyInAnyOrder("ex-1", "px-1");
    assertThat(list(RunFilter.newBuilder().setParentRunId("ex-1")).keySet()).contains("ex-2");

    // and what is left out is said, with file and reason
    Libraries libraries = daemon.info().getLibraries();
    assertThat(libraries.getDirectoriesList()).containsExactly(library.toString());
    assertThat(libraries.getFiles()).isEqualTo(5);
    assertThat(libraries.getRuns()).isEqualTo(READABLE.size() + 1);
    assertThat(libraries.getLeftOutFiles()).isEqualTo(6);
    shouldBeLeftOut("d-duplicate.duckdb", "old-1", 1, "another file");
    for (String runId : List.of("own-1", "own-2", "own-3")) {
      shouldBeLeftOut("e-own.duckdb", runId, 1, "the daemon has");
    }
    shouldBeLeftOut("f-locked.duckdb", "", 0, "open for writing elsewhere");
    shouldBeLeftOut("g-damaged.duckdb", "", 0, "DuckDB cannot read it");
    shouldBeLeftOut("h-notes.txt", "", 0, "neither a DuckDB nor a Parquet");
    shouldBeLeftOut("i-wrong.duckdb", "wrong-1", 1, "run wrong-1, row 1");

    // and a person sees it
    Shell shell = new Shell(RepositoryRoot.workDirectory("LibraryShell"));
    String output = shell.run("./eider runs --address " + daemon.target() + " 2>&1", 60);
    assertThat(output).contains("old-1").contains("completed, library").contains("h-notes.txt");
  }

  private static void shouldBeLeftOut(String file, String runId, int runCount, String reason) {
    LeftOut leftOut =
        daemon.info().getLibraries().getLeftOutList().stream()
            .filter(one -> one.getFile().endsWith(file) && one.getRunId().equals(runId))
            .findFirst()
            .orElseThrow();
    assertThat(leftOut.getReason()).contains(reason);
    assertThat(leftOut.getRunCount()).isEqualTo(runCount);
  }

  /** In small pages, so that both kinds of runs meet in them. */
  private Map<String, Run> list(RunFilter.Builder filter) {
    return runs.list(filter.build(), 3);
  }

  @Test
  void shouldForkATurnWithASnapshotAndNoOther() {
    // given
    assertThat(runs.snapshot("long-1", 40).getState().getFieldsMap()).containsKey("gold");

    // when
    runs.fork("long-1", 40, "child");
    runs.publish("child", Events.turnStart("ada", 40, Events.gold(3)));
    runs.publish("child", Events.metric("ada", 41, "score", 1));
    runs.fork("child", 40, "grandchild");
    runs.publish("grandchild", Events.metric("ada", 41, "score", 2));
    runs.close("child");
    runs.close("grandchild");

    // then they are runs as any, with what they inherit from the file
    Run child = runs.get("child");
    assertThat(child.getInLibrary()).isFalse();
    assertThat(child.getRootRunId()).isEqualTo("long-1");
    StreamChecker parent = ColdRead.of(daemon.channel(), "long-1").checker();
    for (String runId : List.of("child", "grandchild")) {
      ColdRead timeline = ColdRead.timeline(daemon.channel(), runId);
      timeline.checker().shouldInheritFrom(parent);
      assertThat(timeline.checker().inheritedUpTo())
          .containsEntry("long-1", child.getParentSeq() - 1);
      try (RunReader reader = RunReader.timeline(daemon.channel(), runId)) {
        reader.awaitRunClosed(SOON).shouldEqual(timeline.checker());
      }
    }

    // and a fork that is in the library itself inherits from there
    ColdRead.timeline(daemon.channel(), "ex-2")
        .checker()
        .shouldEqual(ColdRead.timeline(source.channel(), "ex-2").checker());

    // and what has no snapshot, or no such turn, is refused
    Refusal.of(() -> runs.fork("old-1", 1, ""))
        .shouldBe(Status.Code.FAILED_PRECONDITION, "SNAPSHOT_MISSING");
    Refusal.of(() -> runs.fork("long-1", 41, "")).shouldBe(Status.Code.NOT_FOUND, "TURN_NOT_FOUND");
  }

  @Test
  void shouldCompare() {
    DiffRunsRequest.Builder request =
        DiffRunsRequest.newBuilder().setLeftRunId("long-1").setRightRunId("long-2");
    assertThat(diff(daemon, request.build())).isEqualTo(diff(source, request.build()));
    DiffRunsRequest same = request.setRightRunId("long-1").build();
    List<DiffRunsResponse> responses = diff(daemon, same);
    assertThat(responses.get(responses.size() - 1).getSummary().getEqual()).isTrue();
    assertThat(responses.get(responses.size() - 1).getSummary().getEqualCount())
        .isEqualTo(LibraryFiles.LONG_EVENTS + 1);
  }

  private static List<DiffRunsResponse> diff(Daemon asked, DiffRunsRequest request) {
    List<DiffRunsResponse> responses = new ArrayList<>();
    Iterator<DiffRunsResponse> answers = asked.runs().diffRuns(request);
    answers.forEachRemaining(responses::add);
    return responses;
  }

  @Test
  void shouldRefuseWhateverWouldChangeThem() throws Exception {
    PublishRequest publish =
        PublishRequest.newBuilder()
            .setRunId("old-1")
            .setOpenIfMissing(true)
            .addEvents(Events.metric("ada", 0, "score", 1))
            .build();
    shouldBeReadOnly(Refusal.of(() -> daemon.broker().publish(publish)));
    shouldBeReadOnly(Refusal.of(() -> runs.open("old-1", Map.of())));
    shouldBeReadOnly(Refusal.of(() -> runs.close("old-1")));
    shouldBeReadOnly(Refusal.of(() -> runs.delete("old-1", true)));
    shouldBeReadOnly(Refusal.of(() -> runs.fork("old-1", 0, "old-2")));
    Path file = RepositoryRoot.workDirectory("Library").resolve("taken.duckdb");
    try (OlderFile older = new OlderFile(file)) {
      older
          .add("fresh-1", 0, "metric", OlderFile.NINE_KINDS[8])
          .add("old-2", 0, "metric", OlderFile.NINE_KINDS[8]);
    }
    EiderException taken =
        catchThrowableOfType(EiderException.class, () -> FileCalls.importRuns(daemon, file));
    assertThat(taken.reason()).isEqualTo(ErrorReason.ERROR_REASON_RUN_READ_ONLY);
    assertThat(taken).hasMessageContaining("old-2");
    Refusal.of(() -> runs.get("fresh-1")).shouldBe(Status.Code.NOT_FOUND, "RUN_NOT_FOUND");

    // and runs of its own go on under ids that a file has too
    assertThat(
            daemon
                .broker()
                .publish(publish.toBuilder().setRunId("own-3").setOpenIfMissing(false).build())
                .getFirstSeq())
        .isEqualTo(3);
    Refusal.of(() -> runs.close("own-2")).shouldBe(Status.Code.NOT_FOUND, "RUN_NOT_FOUND");
  }

  @Test
  void shouldExportThem() throws Exception {
    Path file =
        FileCalls.export(
            daemon,
            RepositoryRoot.workDirectory("Library").resolve("again.duckdb"),
            List.of("long-2", "px-1"));
    try (DuckDbFile exported = DuckDbFile.of(file)) {
      assertThat(
              exported.rows(
                  "SELECT run_id, digest FROM runs ORDER BY run_id",
                  row -> row.getString(1) + RunDigests.hex(ByteString.copyFrom(row.getBytes(2)))))
          .containsExactly(
              "long-2" + RunDigests.hex(runs.get("long-2").getDigest()),
              "px-1" + RunDigests.hex(runs.get("px-1").getDigest()));
    }
  }

  private static void shouldBeReadOnly(Refusal refusal) {
    refusal.shouldBe(Status.Code.FAILED_PRECONDITION, "RUN_READ_ONLY");
    assertThat(refusal.message()).contains("library");
  }
}
