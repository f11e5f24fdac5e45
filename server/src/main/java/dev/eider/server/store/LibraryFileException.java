package dev.eider.server.store;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Says that a file of a library cannot be read, and why; all others can be. */
public final class LibraryFileException extends StoreException {
  private static final long serialVersionUID = 1;

  private final transient Path file;
  private final String problem;

  public LibraryFileException(Path file, String problem, @Nullable Throwable cause) {
    super("file " + file + " of a library: " + problem, cause);
    this.file = file;
    this.problem = problem;
  }

  public Path file() {
    return file;
  }

  /** Returns what is wrong, without the file's name. */
  public String problem() {
    return problem;
  }
}
