package dev.eider.server.log.segment;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Tells a full disk from other failures; Java has no exception of its own for it. */
final class DiskSpace {
  private DiskSpace() {}

  /** Says whether the disk, or the user's share of it, is full. */
  static boolean isExhausted(IOException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (saysFull(cause.getMessage())) {
        return true;
      }
    }
    return false;
  }

  private static boolean saysFull(@Nullable String message) {
    return message != null
        && (message.contains("No space left on device") || message.contains("Disk quota exceeded"));
  }
}
