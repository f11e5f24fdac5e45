package dev.eider.cli.remote;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * The file that a command writes, under another name until all of it is there. Owned by one thread.
 */
final class OutputFile {
  private final Path file;
  private final Path part;
  private final boolean replaces;

  /**
   * @param replaces whether a file of this name is replaced
   */
  OutputFile(Path file, boolean replaces) {
    this.file = file;
    this.replaces = replaces;
    part =
        file.resolveSibling(
            "." + file.getFileName() + "." + ProcessHandle.current().pid() + ".part");
  }

  /** Requires that the file can be written, so that nobody is asked for it in vain. */
  void require() throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.exists(folder)) {
      throw new NoSuchFileException(String.valueOf(folder), null, "there is no such folder");
    }
    if (!Files.isDirectory(folder)) {
      throw new NotDirectoryException(folder.toString());
    }
    boolean isThere = Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    if (isThere && Files.exists(file) && !Files.isRegularFile(file)) {
      throw new FileAlreadyExistsException(
          file.toString(), null, "it is there already, and is no file");
    }
    if (isThere && !replaces) {
      throw isThere();
    }
  }

  OutputStream open() throws IOException {
    return Files.newOutputStream(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  /** Gives the file its name, now that all of it is there. */
  void finish() throws IOException {
    try {
      if (replaces) {
        Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
      } else {
        Files.move(part, file);
      }
    } catch (FileAlreadyExistsException e) {
      throw isThere();
    } finally {
      discard();
    }
  }

  void discard() throws IOException {
    Files.deleteIfExists(part);
  }

  private FileAlreadyExistsException isThere() {
    return new FileAlreadyExistsException(
        file.toString(), null, "it is there already; --force replaces it");
  }
}
