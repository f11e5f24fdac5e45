package dev.eider.server.log.segment;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A directory of the file system. A thread must not be interrupted while it uses one of its files:
 * Java closes the file then, and a log that cannot undo a batch takes no more.
 *
 * <p>Thread-safe.
 */
public final class FileDisk implements Disk {
  private final Path directory;
  private volatile @Nullable FileStore store; // written and read by any thread

  /** Takes a directory, which must exist. */
  public FileDisk(Path directory) {
    this.directory = directory;
  }

  @Override
  public List<String> list() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> String.valueOf(file.getFileName())).toList();
    }
  }

  @Override
  public DiskFile openToRead(String name) throws IOException {
    Path path = directory.resolve(name);
    return new ChannelFile(path, FileChannel.open(path, StandardOpenOption.READ));
  }

  @Override
  public DiskFile openToWrite(String name) throws IOException {
    Path path = directory.resolve(name);
    return new ChannelFile(
        path,
        FileChannel.open(
            path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE));
  }

  @Override
  public void delete(String name) throws IOException {
    Files.deleteIfExists(directory.resolve(name));
  }

  @Override
  public long usableBytes() throws IOException {
    FileStore known = store;
    if (known == null) {
      // Finding it takes a look at every mount, asking it does not.
      known = Files.getFileStore(directory);
      store = known;
    }
    return known.getUsableSpace();
  }

  @Override
  public void forceDirectory() throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public String toString() {
    return directory.toString();
  }
}
