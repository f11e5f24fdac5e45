package dev.eider.server.config;

import dev.eider.server.log.LogCorruptedException;
import dev.eider.server.log.LogFormatException;
import dev.eider.server.store.StoreException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;

/** A start that failed: the message says why, and what the operator can do about it. */
public final class StartupException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public StartupException(String message, Throwable cause) {
    super(message, cause);
  }

  public StartupException(String message) {
    super(message);
  }

  /** Returns what a failed start throws: the operator's concern in words, a defect as it is. */
  public static RuntimeException of(Exception failure) {
    if (failure instanceof IOException disk) {
      return ofDisk(disk, failure);
    }
    if (failure instanceof UncheckedIOException && failure.getCause() instanceof IOException disk) {
      return ofDisk(disk, failure);
    }
    if (failure instanceof StoreException
        || failure instanceof LogCorruptedException
        || failure instanceof LogFormatException) {
      return new StartupException(String.valueOf(failure.getMessage()), failure);
    }
    return failure instanceof RuntimeException defect
        ? defect
        : new StartupException(String.valueOf(failure.getMessage()), failure);
  }

  private static StartupException ofDisk(IOException disk, Exception failure) {
    return new StartupException("the log cannot be used: " + describe(disk), failure);
  }

  /** Says what is wrong with which file, and what to do; Java's own words often are but a path. */
  static String describe(IOException e) {
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
