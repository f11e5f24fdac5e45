package dev.eider.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/**
 * Tells scripts which port a daemon took: the number and a newline. The file appears whole or not
 * at all; a crash leaves it behind, and the next start replaces it. Without a file there is nothing
 * to do. Thread-safe.
 */
record PortFile(@Nullable Path file) {
  /** Writes the port, under another name first. Blocks. */
  void write(int port) {
    if (file == null) {
      return;
    }
    Path whole = file.toAbsolutePath();
    Path draft = whole.resolveSibling(whole.getFileName() + ".draft");
    try {
      Files.writeString(draft, port + "\n");
      Files.move(draft, whole, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw CliFailure.failed("cannot write the port file " + whole + ": " + e);
    }
  }

  /** Removes the file, if it is there. Blocks. */
  void remove() {
    if (file == null) {
      return;
    }
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw CliFailure.failed("cannot remove the port file " + file + ": " + e);
    }
  }
}
