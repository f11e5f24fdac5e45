package dev.eider.server.config;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;

/** Words for what the system refuses; Java's own often are a path and no more. */
public final class DiskFailure {
  private DiskFailure() {}

  /** Says what is wrong with which file, and what to do. */
  public static String describe(IOException e) {
    if (e instanceof AccessDeniedException denied) {
      return "no permission for " + denied.getFile() + "; change its owner or mode";
    }
    if (e instanceof FileAlreadyExistsException other) {
      return other.getFile() + " is not a directory; move it away";
    }
    if (e instanceof FileSystemException failure && failure.getReason() != null) {
      return failure.getReason() + " (" + failure.getFile() + "); mend that";
    }
    if (e instanceof FileSystemException failure) {
      return failure.getClass().getSimpleName() + " (" + failure.getFile() + "); mend that";
    }
    return e.getMessage() + "; mend that";
  }
}
