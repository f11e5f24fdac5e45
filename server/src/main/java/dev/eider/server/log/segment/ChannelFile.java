package dev.eider.server.log.segment;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A file of a {@link FileDisk}. Confined to the thread that uses it. */
final class ChannelFile implements DiskFile {
  private static final Logger LOGGER = LoggerFactory.getLogger(ChannelFile.class);

  /**
   * The most that is handed to the channel at once. The channel copies heap buffers through a
   * direct one that it keeps for the thread's life, as large as the largest piece it ever saw.
   */
  private static final int PIECE_BYTES_MAX = 1 << 20;

  private static final long SLOW_FORCE_NS = 1_000_000_000;

  private final Path path;
  private final FileChannel channel;

  ChannelFile(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

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
