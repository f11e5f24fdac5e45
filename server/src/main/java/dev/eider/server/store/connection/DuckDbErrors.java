package dev.eider.server.store.connection;

import dev.eider.server.store.StoreException;
import dev.eider.server.store.StoreException.Kind;
import java.sql.SQLException;
import java.util.List;

/**
 * Classifies DuckDB's errors. Its driver sets neither SQL state nor error code, so the text has to
 * do; the tests provoke each kind, and so notice a version that words it anew.
 */
public final class DuckDbErrors {
  /** Texts of errors after which every connection of the instance answers with an error. */
  private static final List<String> INVALIDATING =
      List.of("FATAL Error", "INTERNAL Error", "has been invalidated");

  private static final String WAL_REPLAY = "Failure while replaying WAL";

  /** Texts of what the machine lacks, as opposed to damage of the file. */
  private static final List<String> ENVIRONMENT =
      List.of(
          "No space left",
          "File too large",
          "Out of Memory",
          "Permission denied",
          "Too many open files",
          "Could not write");

  private DuckDbErrors() {}

  /** Returns whether only closing every connection helps. */
  static boolean invalidatesStore(SQLException error) {
    return containsAny(text(error), INVALIDATING);
  }

  /** Returns whether a checkpoint was refused only because something else is still under way. */
  public static boolean isCheckpointTooEarly(SQLException error) {
    return text(error).contains("Cannot CHECKPOINT: there are other");
  }

  /** Returns whether a file cannot be opened because its write-ahead log is damaged. */
  static boolean isDamagedWal(SQLException error) {
    return text(error).contains(WAL_REPLAY) && !containsAny(text(error), ENVIRONMENT);
  }

  /** Returns whether there is no room for what is to be written. */
  public static boolean isDiskFull(SQLException error) {
    return containsAny(text(error), List.of("No space left", "Disk quota exceeded"));
  }

  /** Returns whether a statement needs more memory than its instance may use. */
  public static boolean isOutOfMemory(SQLException error) {
    return containsAny(text(error), List.of("Out of Memory", "failed to pin block"));
  }

  /** Returns whether a statement was ended from outside. */
  public static boolean isInterrupted(SQLException error) {
    return text(error).contains("INTERRUPT");
  }

  /** Returns whether a file cannot be opened because another process has it open. */
  public static boolean isLocked(SQLException error) {
    return text(error).contains("Could not set lock on file");
  }

  /** Returns whether a file cannot be opened because it is damaged or was never a database. */
  static boolean isDamagedFile(SQLException error) {
    return containsAny(
        text(error),
        List.of("Corrupt", "not a valid DuckDB database", "Could not read enough bytes"));
  }

  /** Returns whether a file cannot be opened because DuckDB is too old for it. */
  static boolean isNewerFile(SQLException error) {
    return text(error).contains("but we can only read");
  }

  /** Returns whether the system does not let this process have the file. */
  static boolean isNotPermitted(SQLException error) {
    return containsAny(
        text(error),
        List.of("Permission denied", "Read-only file system", "Operation not permitted"));
  }

  /** Returns a failure of the store with this message, of the kind that its cause tells. */
  public static StoreException storeException(String message, SQLException cause) {
    return new StoreException(
        isOutOfMemory(cause) ? Kind.OUT_OF_MEMORY : Kind.UNAVAILABLE, message, cause);
  }

  private static boolean containsAny(String text, List<String> parts) {
    return parts.stream().anyMatch(text::contains);
  }

  private static String text(SQLException error) {
    return String.valueOf(error.getMessage());
  }
}
