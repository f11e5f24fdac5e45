package dev.eider.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs the command in a JVM of its own, because it ends by a signal. */
@Timeout(120)
final class ServeCommandTest {
  private static final int SIGTERM_EXIT = 143;
  @TempDir private Path directory;

  @Test
  void shouldServeUntilTermination() throws Exception {
    // given
    Path portFile = directory.resolve("port");
    Process daemon = start("--port", "0", "--port-file", portFile.toString());
    try {
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> Files.exists(portFile) || !daemon.isAlive());
      assertThat(portFile).as(errors()).exists();
      int port = Integer.parseInt(Files.readString(portFile).strip());
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        assertThat(socket.isConnected()).isTrue();
      }

      // when
      daemon.destroy();

      // then
      assertThat(daemon.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(daemon.exitValue()).as(errors()).isEqualTo(SIGTERM_EXIT);
      assertThat(portFile).doesNotExist();
      assertThat(Files.readString(directory.resolve("out")))
          .contains("is serving", "address     127.0.0.1:" + port)
          .contains("data        " + directory.resolve("data"), "durability  ", "Ctrl-C");
    } finally {
      daemon.destroyForcibly();
    }
  }

  private Process start(String... options) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            "serve",
            "--data-dir",
            directory.resolve("data").toString());
    builder.command().addAll(List.of(options));
    return builder
        .redirectOutput(directory.resolve("out").toFile())
        .redirectError(directory.resolve("err").toFile())
        .start();
  }

  private String errors() throws IOException {
    return Files.readString(directory.resolve("err"));
  }
}
