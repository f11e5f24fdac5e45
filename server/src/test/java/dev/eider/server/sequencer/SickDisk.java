package dev.eider.server.sequencer;

import dev.eider.server.log.segment.Disk;
import dev.eider.server.log.segment.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A real disk that takes no writes, or no forces, for as long as it is told so. A write that fails
 * leaves half of it behind. Thread-safe.
 */
public final class SickDisk implements Disk {
  private static final String FULL = "No space left on device";

  private final Disk disk;
  private volatile @Nullable String writeFailure;
  private volatile @Nullable String forceFailure;

  /** A healthy one. */
  public SickDisk(Disk disk) {
    this.disk = disk;
  }

  /** Has writes fail as those to a full disk do. */
  public void fill() {
    writeFailure = FULL;
  }

  /** Has writes fail. */
  public void failWrites() {
    writeFailure = "Input/output error";
  }

  /** Has forces fail. */
  public void failForces() {
    forceFailure = "Input/output error";
  }

  @Override
  public long usableBytes() throws IOException {
    return FULL.equals(writeFailure) ? 0 : disk.usableBytes();
  }

  /** Has everything succeed again. */
  public void heal() {
    writeFailure = null;
    forceFailure = null;
  }

  @Override
  public List<String> list() throws IOException {
    return disk.list();
  }

  @Override
  public DiskFile openToRead(String name) throws IOException {
    return disk.openToRead(name);
  }

  @Override
  public DiskFile openToWrite(String name) throws IOException {
    return new SickFile(disk.openToWrite(name));
  }

  @Override
  public void delete(String name) throws IOException {
    disk.delete(name);
  }

  @Override
  public void forceDirectory() throws IOException {
    disk.forceDirectory();
  }

  private final class SickFile implements DiskFile {
    private final DiskFile file;

    SickFile(DiskFile file) {
      this.file = file;
    }

    @Override
    public long sizeBytes() throws IOException {
      return file.sizeBytes();
    }

    @Override
    public int read(ByteBuffer target, long offset) throws IOException {
      return file.read(target, offset);
    }

    @Override
    public void write(ByteBuffer source, long offset) throws IOException {
      String failure = writeFailure;
      if (failure != null) {
        file.write(source.slice().limit(source.remaining() / 2), offset);
        throw new IOException(failure);
      }
      file.write(source, offset);
    }

    @Override
    public void truncate(long sizeBytes) throws IOException {
      file.truncate(sizeBytes);
    }

    @Override
    public void force() throws IOException {
      String failure = forceFailure;
      if (failure != null) {
        throw new IOException(failure);
      }
      file.force();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
