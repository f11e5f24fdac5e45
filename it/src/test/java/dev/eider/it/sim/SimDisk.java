package dev.eider.it.sim;

import dev.eider.it.testkit.workload.Tally;
import dev.eider.server.log.segment.Disk;
import dev.eider.server.log.segment.DiskFile;
import dev.eider.server.log.segment.FaultyDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The log's disk in a simulation: a {@link FaultyDisk} whose every call takes a turn before and
 * after. What a start of the daemon holds of it does nothing once that start is over.
 */
final class SimDisk implements Disk {
  private static final long HELD_MS = 3_600_000;

  private final Scheduler scheduler;
  private final FaultyDisk disk;
  private final Tally tally;
  private final boolean forcesNothing;
  private int callsToHold;
  private Scheduler.@Nullable SimSignal held;
  private final Set<DiskFile> unforced = new LinkedHashSet<>();

  SimDisk(Scheduler scheduler, FaultyDisk disk, Tally tally, boolean forcesNothing) {
    this.scheduler = scheduler;
    this.disk = disk;
    this.tally = tally;
    this.forcesNothing = forcesNothing;
  }

  /**
   * Has the n-th call from now on that changes something never return, and raises a signal then.
   */
  void holdAt(int calls, Scheduler.SimSignal signal) {
    callsToHold = calls;
    held = signal;
  }

  /** A turn between a call's effect and its return. */
  private void effected() {
    Scheduler.SimSignal signal = held;
    if (signal != null && --callsToHold <= 0) {
      signal.raise();
      scheduler.sleep(HELD_MS);
    }
    scheduler.pause();
  }

  /** A call's effect, between two turns. */
  private void change(String failure, Effect effect) throws IOException {
    scheduler.pause();
    try {
      effect.happen();
    } catch (IOException e) {
      tally.add(failure);
      throw e;
    }
    effected();
  }

  private interface Effect {
    void happen() throws IOException;
  }

  @Override
  public List<String> list() {
    return disk.list();
  }

  @Override
  public DiskFile openToRead(String name) throws IOException {
    scheduler.pause();
    return new SimFile(disk.openToRead(name));
  }

  @Override
  public DiskFile openToWrite(String name) throws IOException {
    scheduler.pause();
    tally.add("segments begun");
    return new SimFile(disk.openToWrite(name));
  }

  @Override
  public void delete(String name) throws IOException {
    scheduler.pause();
    disk.delete(name);
    tally.add("segments trimmed");
  }

  @Override
  public long usableBytes() {
    return disk.usableBytes();
  }

  @Override
  public void forceDirectory() throws IOException {
    change("failed forces of the directory", disk::forceDirectory);
  }

  /** Does what {@link DiskFile#force} should have done. */
  void forceAll() {
    try {
      for (DiskFile file : unforced) {
        file.force();
      }
    } catch (IOException e) {
      tally.add("failed forces");
    }
    unforced.clear();
  }

  private final class SimFile implements DiskFile {
    private final DiskFile file;

    SimFile(DiskFile file) {
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
      change("failed writes", () -> file.write(source, offset));
    }

    @Override
    public void truncate(long sizeBytes) throws IOException {
      change("failed cuts", () -> file.truncate(sizeBytes));
    }

    @Override
    public void force() throws IOException {
      unforced.add(file);
      change("failed forces", forcesNothing ? () -> {} : file::force);
      tally.add("forces");
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
