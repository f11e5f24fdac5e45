package dev.eider.server.log.segment;

import java.io.IOException;
import java.util.List;

/**
 * The directory that the log's files are in, and the only way in which the log reaches a disk.
 *
 * <p>A file that was created or deleted is surely so after a crash only once {@link
 * #forceDirectory} has returned; see {@link DiskFile} for a file's content. Every call may block
 * for as long as the disk takes. A full disk is an {@link IOException} whose message says so, in
 * the words that {@link DiskSpace} knows.
 *
 * <p>Thread-safe.
 */
public interface Disk {
  /** Returns the names of the files, in any order. */
  List<String> list() throws IOException;

  /** Opens a file to read it only; throws NoSuchFileException if there is none of this name. */
  DiskFile openToRead(String name) throws IOException;

  /** Opens a file to read and write it. An empty one is created if there is none of this name. */
  DiskFile openToWrite(String name) throws IOException;

  /** Deletes a file. Does nothing if there is none; handles that are open can go on reading it. */
  void delete(String name) throws IOException;

  /** Returns the bytes that can still be written, as far as the system tells. */
  long usableBytes() throws IOException;

  /** Forces to disk which files there are. */
  void forceDirectory() throws IOException;
}
