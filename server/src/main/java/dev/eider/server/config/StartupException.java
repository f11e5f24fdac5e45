package dev.eider.server.config;

import dev.eider.server.log.LogCorruptedException;
import dev.eider.server.log.LogFormatException;
import dev.eider.server.store.StoreException;
import java.io.IOException;
import java.io.UncheckedIOException;

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
    return new StartupException("the log cannot be used: " + DiskFailure.describe(disk), failure);
  }
}
