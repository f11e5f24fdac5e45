package dev.eider.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.server.config.Setting;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
final class MainTest {

  @Test
  void shouldExplainItself() {
    CommandLineRun help = CommandLineRun.of("--help");
    assertThat(help).isEqualTo(new CommandLineRun(0, help.out(), ""));
    assertThat(help.out()).contains("serve", "demo", "--version");

    CommandLineRun nothing = CommandLineRun.of();
    assertThat(nothing).isEqualTo(new CommandLineRun(2, "", nothing.err()));
    assertThat(nothing.err()).contains("serve", "demo");

    CommandLineRun version = CommandLineRun.of("--version");
    assertThat(version).isEqualTo(new CommandLineRun(0, version.out(), ""));
    assertThat(version.out()).startsWith("eider ").contains("Java " + Runtime.version());
  }

  @Test
  void shouldListTheCommonSettingsInHelpOfServe() {
    // when
    CommandLineRun run = CommandLineRun.of("serve", "--help");

    // then
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("--data-dir", "--port-file", "eider-data", "7117", "127.0.0.1");
    assertThat(settings(run)).hasSize(20).startsWith("durability=fsync", "force-interval-ms=10");
    for (Setting setting : Setting.values()) {
      assertThat(settings(run).contains(setting.key() + "=" + setting.defaultText()))
          .as(setting.key())
          .isEqualTo(setting.tier() == Setting.Tier.COMMON);
    }
    assertThat(run.out()).contains("-Xmx", "--help-all");
    assertThat(run.out().lines()).allMatch(line -> line.length() <= 100);
  }

  @Test
  void shouldListEverySettingInTheWholeHelpOfServe() {
    // when
    CommandLineRun run = CommandLineRun.of("serve", "--help-all");

    // then
    assertThat(run.exitCode()).isZero();
    assertThat(settings(run)).hasSize(Setting.values().length + 1);
    String words = run.out().replaceAll("\\s+", " ");
    for (Setting setting : Setting.values()) {
      assertThat(words)
          .contains(" " + setting.key() + (setting.followsHeap() ? " " : "="))
          .contains(setting.defaultText(), setting.description())
          .contains(setting.min() + " to " + setting.max());
    }
    assertThat(run.out().lines()).allMatch(line -> line.length() <= 100);
  }

  /** Returns what the help lists below its options, each with its default. */
  private static List<String> settings(CommandLineRun run) {
    return run.out()
        .lines()
        .filter(line -> line.matches("  [a-z][a-z-]+(=\\S+)?  .*"))
        .map(line -> line.strip().split(" ", 2)[0])
        .toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "fly",
        "--fly",
        "serve --fly",
        "serve --port",
        "serve --port 70000",
        "serve --port seven",
        "serve --set no-such-setting=1",
        "serve --set port",
        "serve --set durability=none",
        "serve --set heartbeat-ms=0",
        "demo --port -1",
        "demo more"
      })
  void shouldRefuseWrongCommandLinesWithOneLine(String line) {
    // when
    CommandLineRun run = CommandLineRun.of(line.split(" ", -1));

    // then
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.err()).startsWith("eider: ").contains("--help");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.1"})
  void shouldRefuseAddressesThatOthersReach(String host, @TempDir Path dataDir) {
    // when
    CommandLineRun run =
        CommandLineRun.of("serve", "--host", host, "--data-dir", dataDir.toString());

    // then
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.err()).contains(host, "no TLS", "--insecure", "127.0.0.1");
    assertThat(dataDir).isEmptyDirectory();
  }

  @Test
  void shouldNameThePortThatIsInUse(@TempDir Path dataDir) throws Exception {
    // given
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());

      // when
      CommandLineRun run =
          CommandLineRun.of("serve", "--port", port, "--data-dir", dataDir.toString());

      // then
      assertThat(run.exitCode()).isEqualTo(1);
      assertThat(run.err().lines()).hasSize(1);
      assertThat(run.err()).contains(port, "--port");
      assertThat(run.out()).isEmpty();
    }
  }
}
