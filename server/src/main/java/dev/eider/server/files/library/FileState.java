package dev.eider.server.files.library;

import dev.eider.server.event.RunId;
import dev.eider.server.files.format.FileStamp;
import dev.eider.server.files.format.LibraryFile;
import dev.eider.server.store.LibraryFileException;
import dev.eider.v1.Libraries.LeftOut;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The state of a file. Immutable.
 *
 * @param stamp its stamp when it was looked at
 * @param file null when it is left out as a whole
 * @param mayPass whether it may become readable without being changed
 * @param leftOut what readers do not get of it; null for nothing
 * @param lost why what was shown of it cannot be read any more; null if it can
 */
record FileState(
    FileStamp stamp,
    @Nullable LibraryFile file,
    boolean mayPass,
    @Nullable LeftOut leftOut,
    @Nullable LeftOut lost) {

  /** Returns the state of a file whose runs are shown. */
  static FileState shown(LibraryFile file, @Nullable LeftOut leftOut) {
    return new FileState(file.stamp(), file, false, leftOut, null);
  }

  /** Returns the state of a file of which nothing is shown. */
  static FileState leftOut(Path path, FileStamp stamp, String reason, boolean mayPass) {
    return new FileState(stamp, null, mayPass, wholeFile(path, reason), null);
  }

  static LeftOut wholeFile(Path path, String reason) {
    return LeftOut.newBuilder().setFile(path.toString()).setReason(reason).build();
  }

  /**
   * Returns what is left out of a file that is shown.
   *
   * @param count how many runs
   * @param first the first of them
   * @param reason why the first one is left out
   */
  static LeftOut runs(Path path, long count, RunId first, String reason) {
    return LeftOut.newBuilder()
        .setFile(path.toString())
        .setRunCount(count)
        .setRunId(first.value())
        .setReason(reason)
        .build();
  }

  boolean isShown() {
    return file != null;
  }

  boolean isLost() {
    return lost != null;
  }

  /** Returns what is to be reported of the file; null for nothing. */
  @Nullable LeftOut report() {
    return lost == null ? leftOut : lost;
  }

  /** Returns the state after another look at the file. */
  FileState lookedAtAgain() {
    if (file == null) {
      return this;
    }
    try {
      file.requireUnchanged();
      return new FileState(stamp, file, false, leftOut, null);
    } catch (LibraryFileException e) {
      return new FileState(stamp, file, false, leftOut, wholeFile(file.path(), e.problem()));
    }
  }
}
