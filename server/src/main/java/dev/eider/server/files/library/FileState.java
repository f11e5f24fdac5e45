package dev.eider.server.files.library;

import dev.eider.server.files.format.FileStamp;
import dev.eider.server.files.format.LibraryFile;
import dev.eider.server.store.LibraryFileException;
import dev.eider.v1.Libraries.LeftOut;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The state of a file. Immutable.
 *
 * @param stamp its stamp when it was looked at
 * @param file null when it is left out as a whole
 * @param mayPass whether it may become readable without being changed
 * @param leftOut what readers do not get of it
 * @param lost why what was shown of it cannot be read any more; null if it can
 */
record FileState(
    FileStamp stamp,
    @Nullable LibraryFile file,
    boolean mayPass,
    List<LeftOut> leftOut,
    @Nullable LeftOut lost) {
  FileState {
    leftOut = List.copyOf(leftOut);
  }

  /** Returns the state of a file whose runs are shown, but for some. */
  static FileState shown(LibraryFile file, List<LeftOut> leftOut) {
    return new FileState(file.stamp(), file, false, leftOut, null);
  }

  /** Returns the state of a file of which nothing is shown. */
  static FileState leftOut(Path path, FileStamp stamp, String reason, boolean mayPass) {
    return leftOut(stamp, List.of(wholeFile(path, reason)), mayPass);
  }

  /** Returns the same of a file that was read. */
  static FileState leftOut(FileStamp stamp, List<LeftOut> leftOut, boolean mayPass) {
    return new FileState(stamp, null, mayPass, leftOut, null);
  }

  static LeftOut wholeFile(Path path, String reason) {
    return LeftOut.newBuilder().setFile(path.toString()).setReason(reason).build();
  }

  boolean isShown() {
    return file != null;
  }

  boolean isLost() {
    return lost != null;
  }

  /** Returns what is to be reported of the file, also of a change that only a reader has met. */
  List<LeftOut> report() {
    if (lost != null) {
      return List.of(lost);
    }
    String change = file == null ? null : file.change();
    return file == null || change == null ? leftOut : List.of(wholeFile(file.path(), change));
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
