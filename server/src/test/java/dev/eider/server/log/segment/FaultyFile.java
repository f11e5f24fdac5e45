package dev.eider.server.log.segment;

import dev.eider.server.log.segment.FaultyDisk.Call;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;

/** A file of a {@link FaultyDisk}: what readers see of it, and what is on the platter. */
final class FaultyFile implements DiskFile {
  private static final int SECTOR_BYTES = 64; // small, so that small batches tear

  private final FaultyDisk disk;
  private byte[] seen;
  private byte[] durable;
  private final BitSet dirtySectors = new BitSet();

  FaultyFile(FaultyDisk disk, byte[] content) {
    this.disk = disk;
    this.seen = content.clone();
    this.durable = content.clone();
  }

  @Override
  public long sizeBytes() {
    return seen.length;
  }

  @Override
  public int read(ByteBuffer target, long offset) {
    if (offset >= seen.length) {
      return -1;
    }
    int bytes = (int) Math.min(target.remaining(), seen.length - offset);
    target.put(seen, (int) offset, bytes);
    return bytes;
  }

  @Override
  public void write(ByteBuffer source, long offset) throws IOException {
    try {
      disk.pass(Call.WRITE);
    } catch (IOException e) {
      poke(
          source.limit(source.position() + disk.random.nextInt(source.remaining() + 1)),
          (int) offset);
      throw e;
    }
    long growth = Math.max(0, offset + source.remaining() - seen.length);
    long missing = growth - disk.take(growth);
    poke(source.limit((int) (source.limit() - missing)), (int) offset);
    if (missing > 0) {
      throw new IOException("No space left on device");
    }
  }

  @Override
  public void truncate(long sizeBytes) throws IOException {
    disk.pass(Call.TRUNCATE);
    if (sizeBytes < seen.length) {
      disk.giveBack(seen.length - sizeBytes);
      seen = Arrays.copyOf(seen, (int) sizeBytes);
      dirtySectors.clear(sectors(seen.length), Integer.MAX_VALUE);
      if (seen.length % SECTOR_BYTES != 0) {
        dirtySectors.set(seen.length / SECTOR_BYTES);
      }
    }
  }

  @Override
  public void force() throws IOException {
    try {
      disk.pass(Call.FORCE);
    } catch (IOException e) {
      if (!disk.isCrashed()) {
        durable = afterCrash(disk.random, 50);
        dirtySectors.clear();
      }
      throw e;
    }
    persistAll();
  }

  @Override
  public void close() {}

  byte[] content() {
    return seen.clone();
  }

  boolean showsSameAs(FaultyFile other) {
    return Arrays.equals(seen, other.seen);
  }

  void persistAll() {
    durable = withSectors(durable, dirtySectors, seen.length);
    dirtySectors.clear();
  }

  void poke(ByteBuffer source, int offset) {
    int end = offset + source.remaining();
    if (end > seen.length) {
      seen = Arrays.copyOf(seen, end);
    }
    dirtySectors.set(offset / SECTOR_BYTES, sectors(end));
    source.get(seen, offset, source.remaining());
  }

  byte[] afterCrash(Random random, int keptPercent) {
    BitSet kept = new BitSet();
    dirtySectors.stream().filter(sector -> random.nextInt(100) < keptPercent).forEach(kept::set);
    return withSectors(durable, kept, random.nextBoolean() ? seen.length : durable.length);
  }

  /** The platter's bytes, with some sectors as they are seen. */
  private byte[] withSectors(byte[] bytes, BitSet sectors, int length) {
    byte[] result = Arrays.copyOf(bytes, length);
    sectors.stream()
        .forEach(
            sector -> {
              int from = sector * SECTOR_BYTES;
              int to = Math.min(from + SECTOR_BYTES, Math.min(length, seen.length));
              if (from < to) {
                System.arraycopy(seen, from, result, from, to - from);
              }
            });
    return result;
  }

  private static int sectors(int bytes) {
    return (bytes + SECTOR_BYTES - 1) / SECTOR_BYTES;
  }
}
