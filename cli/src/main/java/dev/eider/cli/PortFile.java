package dev.eider.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/**
 * Tells scripts which port a daemon took, if in a file: it appears whole or not at all, and a crash
 * leaves it behind. Thread-safe.
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
