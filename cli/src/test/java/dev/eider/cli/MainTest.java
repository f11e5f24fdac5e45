package dev.eider.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.server.config.ServerConfig;
import dev.eider.server.config.Setting;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
final class MainTest {

  @Test
  void shouldListCommandsInHelp() {
    CommandLineRun run = CommandLineRun.of("--help");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("serve", "demo", "--version");
    assertThat(run.err()).isEmpty();
  }

  @Test
  void shouldExplainItselfWithoutACommand() {
    CommandLineRun run = CommandLineRun.of();

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("serve", "demo");
    assertThat(run.out()).isEmpty();
  }

  @Test
  void shouldTellItsVersion() {
    CommandLineRun run = CommandLineRun.of("--version");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).startsWith("eider ").contains("Java " + Runtime.version());
  }

  @Test
  void shouldListEverySettingWithItsDefaultInHelpOfServe() {
    // when
    CommandLineRun run = CommandLineRun.of("serve", "--help");

    // then
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("--data-dir", "--port-file", "eider-data", "7117", "127.0.0.1");
    assertThat(run.out())
        .contains("  durability=" + ServerConfig.defaults(Path.of(".")).durability());
    for (Setting setting : Setting.values()) {
      assertThat(run.out())
          .contains("  " + setting.key() + "=" + setting.defaultValue())
          .contains(setting.description());
    }
    assertThat(run.out().lines()).allMatch(line -> line.length() <= 110);
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
    assertThat(run.err()).startsWith("eider: ").contains("--help'");
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
