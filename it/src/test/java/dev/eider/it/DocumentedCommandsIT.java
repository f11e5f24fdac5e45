package dev.eider.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.server.config.HeapShare;
import dev.eider.server.config.Setting;
import dev.eider.v1.GetRunRequest;
import dev.eider.v1.Run;
import dev.eider.v1.RunState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What README.md and docs/ say to type is true: commands, options, settings, Java, SQL. */
@Timeout(180)
class DocumentedCommandsIT {
  private static final Duration START = Duration.ofSeconds(60);
  private static final int STOPPED_BY_SIGTERM = 143;
  private static final String ADDRESS = "localhost:7117";

  private static final Pattern COMMAND = Pattern.compile("(?m)^  ([a-z]+)  ");
  private static final Pattern OPTION = Pattern.compile("--[a-z][a-z-]*");

  /** What {@code .ci/run} runs. */
  private static final List<String> RUN_ELSEWHERE = List.of("./eider demo", "./eider demo --once");

  private final Document readme = Document.read("README.md");
  private final Document cli = Document.read("docs/cli.md");
  private final Path directory = RepositoryRoot.workDirectory("DocumentedCommandsIT");

  @Test
  void shouldListEveryCommonSettingAsItIs() {
    // given
    List<List<String>> expected =
        Arrays.stream(Setting.values())
            .filter(setting -> setting.tier() == Setting.Tier.COMMON)
            .map(
                setting ->
                    List.of(
                        "`" + setting.key() + "`",
                        setting.defaultText(),
                        setting.min() + " – " + setting.max(),
                        setting.description()))
            .toList();

    // when
    List<List<String>> rows = Document.read("docs/operating.md").table("Settings");

    // then
    assertThat(rows.get(0)).startsWith("`durability`", "fsync", "fsync, async");
    assertThat(rows.subList(1, rows.size())).isEqualTo(expected);
  }

  @Test
  void shouldListEveryShareOfTheHeapAsItIs() {
    // given
    List<List<String>> expected =
        Arrays.stream(HeapShare.values())
            .map(share -> List.of(share.description(), String.valueOf(share.mibOfGib())))
            .toList();

    // when, then
    assertThat(Document.read("docs/internals/memory.md").table("Shares of the heap"))
        .isEqualTo(expected);
  }

  @Test
  void shouldDescribeEveryCommandWithItsOptions() {
    // given
    Shell shell = new Shell(directory.resolve("help"));
    List<String> commands =
        COMMAND
            .matcher(shell.run("./eider --help", 60))
            .results()
            .map(found -> found.group(1))
            .toList();

    assertThat(commands).contains("serve", "tail", "rm");
    for (String command : commands) {
      // when
      Document section = cli.section("eider " + command);
      String help = shell.run("./eider " + command + " --help", 60);

      // then
      assertThat(section.blocks("sh")).as(command).anyMatch(it -> it.contains(command));
      for (String span : section.codeSpans()) {
        OPTION
            .matcher(span)
            .results()
            .forEach(option -> assertThat(help).as(command).contains(option.group()));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"README.md, ReadmeExample", "docs/clients.md, ClientsExample"})
  void shouldShowTheJavaThatIsTested(String document, String source) throws IOException {
    // given
    Path file = Path.of("it/src/test/java/dev/eider/it", source + ".java");
    String text = Files.readString(RepositoryRoot.path().resolve(file));

    // when
    String example =
        text.substring(text.indexOf("  // begin\n"), text.indexOf("  // end\n"))
            .lines()
            .skip(1)
            .map(line -> line.startsWith("  ") ? line.substring(2) : line)
            .reduce("", (before, line) -> before + line + "\n");

    // then
    assertThat(Document.read(document).blocks("java")).containsExactly(example);
  }

  @Test
  void shouldAnswerTheSqlOnWhatTheJavaRecorded() {
    try (Daemon daemon = start("sql")) {
      // given
      ReadmeExample.play(daemon.target(), Events.gold(100));
      ClientsExample.forkAndMirror(daemon.target(), Events.gold(500));
      daemon.terminate(20);

      // when, then
      try (DuckDbFile file = DuckDbFile.of(daemon)) {
        List<String> statements =
            Arrays.stream(String.join("", readme.blocks("sql")).split(";"))
                .filter(sql -> !sql.isBlank())
                .toList();
        assertThat(statements).isNotEmpty();
        for (String sql : statements) {
          assertThat(file.rows(sql, row -> row.getString(1))).as(sql).isNotEmpty();
        }
        assertThat(file.number("SELECT count(*) FROM runs WHERE state = 'closed'")).isEqualTo(3);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"README.md", "docs/cli.md", "docs/operating.md", "docs/files.md"})
  void shouldRunWhatItSaysToType(String document) throws IOException {
    // given
    Shell shell = new Shell(directory.resolve("launcher"));
    Files.createDirectories(shell.directory().resolve("old-games"));

    for (String block : Document.read(document).blocks("sh")) {
      if (isForADaemon(block) || block.contains("grpcurl")) {
        continue;
      }
      for (String command : block.lines().toList()) {
        if (command.endsWith("--help")) {
          // when it is asked for help, then it names what there is
          assertThat(shell.run(command, 60)).contains("--data-dir", Setting.STOP_MS.key());
        } else if (command.contains("./eider serve")) {
          // when it is started, then it serves until it is told to stop
          shouldServeUntilStopped(shell, command);
        } else {
          assertThat(RUN_ELSEWHERE).as("what is run elsewhere").contains(command);
        }
      }
    }
  }

  private static boolean isForADaemon(String block) {
    return block.lines().anyMatch(line -> line.matches("\\./eider (?!serve|demo).*"));
  }

  @ParameterizedTest
  @CsvSource({
    "README.md, 'arena=gold|-- closed as completed after seq 2|exit code 3|game-1b'",
    "docs/cli.md, 'arena=gold|run game-1c goes on|game-1 at t 0|differ in agent after 0 equal"
        + " events|exit code 3|run game-1c is deleted'",
    "docs/files.md, game-1"
  })
  void shouldRunTheCommandsForADaemon(String document, String expected) {
    try (Daemon daemon = start("commands")) {
      // given
      RunCalls runs = new RunCalls(daemon);
      runs.open("game-1", Map.of("arena", "gold", "file", "true"));
      runs.publish("game-1", Events.turnStart("ada", 0, Events.gold(100)));
      runs.publish("game-1", Events.metric("ada", 0, "score", 100));
      runs.close("game-1");
      Shell shell = new Shell(directory.resolve("commands-shell"));
      String script =
          Document.read(document).blocks("sh").stream()
              .filter(DocumentedCommandsIT::isForADaemon)
              .reduce("./eider fork game-1 --at 0 --id game-1b\n", String::concat);

      // when
      String output = shell.run("export EIDER_ADDRESS=" + daemon.target() + "\n" + script, 120);

      // then
      assertThat(output).contains(expected.split("\\|"));
    }
  }

  private static void shouldServeUntilStopped(Shell shell, String command) {
    Path portFile = shell.directory().resolve("port");
    String anyPort = command.replaceAll(" --port \\d+", "") + " --port 0 --port-file port";
    Process daemon = shell.start("exec env " + anyPort);
    try {
      Awaitility.await(command)
          .atMost(START)
          .until(() -> Files.exists(portFile) || !daemon.isAlive());
      assertThat(daemon.isAlive()).as(shell::output).isTrue();
      daemon.destroy();
      assertThat(shell.exitCode(daemon, 20)).isEqualTo(STOPPED_BY_SIGTERM);
      assertThat(shell.output())
          .contains("is serving", "address     127.0.0.1:", "data  ", "durability  ", "Ctrl-C");
      assertThat(portFile).doesNotExist();
      String data = command.contains("other-data") ? "other-data" : "eider-data";
      assertThat(shell.directory().resolve(data).resolve("events.duckdb")).exists();
    } finally {
      daemon.destroyForcibly();
    }
  }

  @Test
  void shouldRunTheGrpcurlCommandsInTheirOrder() {
    Optional<Path> grpcurl = Grpcurl.find();
    Need.that(
        grpcurl.isPresent(),
        "README's grpcurl commands, as there is no grpcurl: neither EIDER_GRPCURL names one, nor is"
            + " it on the PATH or in the cache of .ci/run");
    try (Daemon daemon = start("grpcurl")) {
      // given
      Shell shell = new Shell(directory.resolve("shell"));
      List<String> blocks =
          readme.blocks("sh").stream().filter(block -> block.contains("grpcurl")).toList();
      String script = String.join("", blocks).replace(ADDRESS, daemon.target());
      String folder = String.valueOf(grpcurl.get().toAbsolutePath().getParent());

      // when
      String output = shell.run("PATH='" + folder + "':$PATH\n" + script, 60);

      // then
      assertThat(output)
          .contains("eider.v1.BrokerService")
          .containsPattern("\"final_?[sS]eq\": \"2\"");
      Run parent = run(daemon, "game-1");
      assertThat(parent.getState()).isEqualTo(RunState.RUN_STATE_CLOSED);
      assertThat(parent.getHeadSeq()).isEqualTo(2);
      assertThat(run(daemon, "game-1b").getParentRunId()).isEqualTo("game-1");
      assertThat(run(daemon, "game-1b").getHeadSeq()).isEqualTo(3);
    }
  }

  private Daemon start(String name) {
    Directories.empty(directory.resolve(name));
    return Daemon.start(directory.resolve(name), Daemon.SHORT_LIVED, Map.of());
  }

  private static Run run(Daemon daemon, String runId) {
    return daemon.runs().getRun(GetRunRequest.newBuilder().setRunId(runId).build()).getRun();
  }
}
