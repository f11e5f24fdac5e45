package dev.eider.server.log.segment;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

  /** A file of a {@link FileDisk}. Confined to the thread that uses it. */
  private record ChannelFile(Path path, FileChannel channel) implements DiskFile {
    private static final Logger LOGGER = LoggerFactory.getLogger(ChannelFile.class);

    /**
     * The most that is handed to the channel at once. The channel copies heap buffers through a
     * direct one that it keeps for the thread's life, as large as the largest piece it ever saw.
     */
    private static final int PIECE_BYTES_MAX = 1 << 20;

    private static final long SLOW_FORCE_NS = 1_000_000_000;

    @Override
    public long sizeBytes() throws IOException {
      return channel.size();
    }

    @Override
    public int read(ByteBuffer target, long offset) throws IOException {
      int limit = target.limit();
      target.limit(Math.min(limit, target.position() + PIECE_BYTES_MAX));
      try {
        return channel.read(target, offset);
      } catch (IOException e) {
        throw new IOException("cannot read " + path + ": " + e.getMessage(), e);
      } finally {
        target.limit(limit);
      }
    }

    @Override
    public void write(ByteBuffer source, long offset) throws IOException {
      int limit = source.limit();
      long at = offset;
      while (source.position() < limit) {
        source.limit(Math.min(limit, source.position() + PIECE_BYTES_MAX));
        at += channel.write(source, at);
        source.limit(limit);
      }
    }

    @Override
    public void truncate(long sizeBytes) throws IOException {
      channel.truncate(sizeBytes);
    }

    @Override
    public void force() throws IOException {
      long startNs = System.nanoTime();
      channel.force(false);
      long tookNs = System.nanoTime() - startNs;
      if (tookNs > SLOW_FORCE_NS) {
        LOGGER.warn("forcing {} to disk took {} ms", path, tookNs / 1_000_000);
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
