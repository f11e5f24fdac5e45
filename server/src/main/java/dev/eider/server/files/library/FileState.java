package dev.eider.server.files.library;

import dev.eider.server.event.RunId;
import dev.eider.server.files.format.FileStamp;
import dev.eider.server.files.format.LibraryFile;
import dev.eider.server.store.LibraryFileException;
import dev.eider.v1.Libraries.LeftOut;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What has become of a file. Immutable.
 *
 * @param stamp when it was looked at
 * @param file null when it is left out as a whole
 * @param mayPass whether what keeps it out may pass while it stays as it is
 * @param leftOut what readers do not get of it; null for nothing
 * @param lost why nobody can read any more what was shown of it; null if they can
 */
record FileState(
    FileStamp stamp,
    @Nullable LibraryFile file,
    boolean mayPass,
    @Nullable LeftOut leftOut,
    @Nullable LeftOut lost) {

  /** A file whose runs are shown. */
  static FileState shown(LibraryFile file, @Nullable LeftOut leftOut) {
    return new FileState(file.stamp(), file, false, leftOut, null);
  }

  /** A file of which nothing is shown. */
  static FileState leftOut(Path path, FileStamp stamp, String reason, boolean mayPass) {
    return new FileState(stamp, null, mayPass, wholeFile(path, reason), null);
  }

  static LeftOut wholeFile(Path path, String reason) {
    return LeftOut.newBuilder().setFile(path.toString()).setReason(reason).build();
  }

  /**
   * Words what is left out of a file that is shown.
   *
   * @param count how many runs
   * @param first the first of them
   * @param reason why that one
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

  /** What to say of it; null for nothing. */
  @Nullable LeftOut report() {
    return lost == null ? leftOut : lost;
  }

  /** The same after another look at the file. */
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
