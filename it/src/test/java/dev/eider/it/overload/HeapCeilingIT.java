package dev.eider.it.overload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.it.RepositoryRoot;
import dev.eider.it.Shell;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The daemon says at its start what memory its settings need, and does not start with less. */
@Timeout(300)
class HeapCeilingIT {
  private final Shell shell = new Shell(RepositoryRoot.workDirectory("HeapCeilingIT"));

  @Test
  void shouldRefuseToStartWithLessHeapThanTheSettingsNeed() {
    Process process = shell.start("EIDER_JAVA_OPTS=-Xmx300m ./eider serve --port 0");
    assertThat(shell.exitCode(process, 60)).as(shell.output()).isEqualTo(1);
    assertThat(shell.output())
        .contains("MiB of heap and this JVM has 300 MiB")
        .contains("EIDER_JAVA_OPTS=-Xmx")
        .contains("unpersisted-bytes-max");
  }

  @Test
  void shouldRefuseToStartWithLessDirectMemoryThanTheSettingsNeed() {
    Process process =
        shell.start("EIDER_JAVA_OPTS=-XX:MaxDirectMemorySize=64m ./eider serve --port 0");
    assertThat(shell.exitCode(process, 60)).as(shell.output()).isEqualTo(1);
    assertThat(shell.output()).contains("MiB of direct memory").contains("MaxDirectMemorySize=");
  }

  @Test
  void shouldStartWithTheHeapThatItNamed() {
    // given what it asks for with smaller settings
    String settings =
        " --set request-bytes-max=1048576 --set tail-bytes-max=0"
            + " --set unpersisted-bytes-max=16777216 --set run-bytes-max=16777216"
            + " --set persist-batch-events-max=10000"
            + " --set subscriptions-max=500 --set outbound-bytes-max=1048576";
    Process refused = shell.start("EIDER_JAVA_OPTS=-Xmx32m ./eider serve --port 0" + settings);
    assertThat(shell.exitCode(refused, 60)).isEqualTo(1);
    String needed = shell.output().replaceAll("(?s).*EIDER_JAVA_OPTS=-Xmx(\\d+)m.*", "$1");

    // then it starts with that, and serves
    shell.run(
        "EIDER_JAVA_OPTS=-Xmx"
            + (Integer.parseInt(needed) + 8) // what a collector keeps for itself
            + "m ./eider serve --port 0 --port-file port"
            + settings
            + " &\n"
            + "for i in $(seq 300); do [ -s port ] && break; sleep 0.1; done\n"
            + "[ -s port ]; kill $!; wait $! || true\n",
        120);
  }
}
