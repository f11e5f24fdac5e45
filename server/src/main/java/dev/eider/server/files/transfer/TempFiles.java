package dev.eider.server.files.transfer;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/** Names for temporary files, each given once. Thread-safe. */
final class TempFiles {
  private final Path directory;
  private final String suffix;
  private final AtomicLong number = new AtomicLong();

  /**
   * @param suffix tells these files from those of others in the same directory
   */
  TempFiles(Path directory, String suffix) {
    this.directory = directory;
    this.suffix = suffix;
  }

  /** Returns a name that no other file has. */
  Path next(String extension) {
    return TransferFiles.temporary(directory, number.incrementAndGet(), suffix + extension);
  }
}
