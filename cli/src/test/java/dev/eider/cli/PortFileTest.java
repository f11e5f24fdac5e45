package dev.eider.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(10)
final class PortFileTest {
  @TempDir private Path directory;

  @Test
  void shouldReplaceWhatACrashLeftAndVanish() throws Exception {
    // given
    Path path = directory.resolve("port");
    Files.writeString(path, "1\n");
    PortFile file = new PortFile(path);

    // when
    file.write(7117);

    // then
    assertThat(directory).isDirectoryContaining(path::equals);
    assertThat(directory.toFile().list()).containsExactly("port");
    assertThat(path).hasContent("7117\n");

    // when
    file.remove();
    file.remove();

    // then
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void shouldSayWhichFileCannotBeWritten() {
    Path path = directory.resolve("missing").resolve("port");

    assertThatThrownBy(() -> new PortFile(path).write(1))
        .isInstanceOf(CliFailure.class)
        .hasMessageContaining(path.toString());
  }
}
