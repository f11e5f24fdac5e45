package dev.eider.server.log.segment;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * A disk in memory with the faults that a real one has. Legal faults:
 *
 * <ul>
 *   <li>A crash takes back any of the sectors, lengths and directory entries that were not forced.
 *   <li>A write may fail after any part of it; it does so for good once the disk is full.
 *   <li>A force may fail. Some of the sectors are then on disk; the rest is still shown to readers,
 *       but counts as clean, so that no later force brings it to disk.
 *   <li>Any other call may fail and do nothing.
 * </ul>
 *
 * What was forced stays, bit for bit.
 */
public final class FaultyDisk implements Disk {
  /** A call that can fail. */
  public enum Call {
    WRITE,
    FORCE,
    TRUNCATE,
    DELETE,
    FORCE_DIRECTORY,
    OPEN
  }

  final Random random;
  // Readers look files up while the writer adds some.
  private final Map<String, FaultyFile> files = new ConcurrentSkipListMap<>();
  private final Map<String, FaultyFile> durableFiles = new TreeMap<>();
  private final Map<Call, Integer> callsToFailure = new TreeMap<>();
  private long freeBytes = Long.MAX_VALUE;
  private int callsToCrash = Integer.MAX_VALUE;

  public FaultyDisk(Random random) {
    this.random = random;
  }

  /** A disk that holds these files, forced. */
  static FaultyDisk of(Map<String, byte[]> contents) {
    FaultyDisk disk = new FaultyDisk(new Random(0));
    contents.forEach((name, bytes) -> disk.files.put(name, new FaultyFile(disk, bytes)));
    disk.durableFiles.putAll(disk.files);
    return disk;
  }

  /** The files as they are seen. */
  Map<String, byte[]> contents() {
    Map<String, byte[]> contents = new TreeMap<>();
    files.forEach((name, file) -> contents.put(name, file.content()));
    return contents;
  }

  /** Lets the n-th such call from now on fail; 1 is the next one. */
  public void failIn(int calls, Call call) {
    callsToFailure.put(call, calls);
  }

  /** Lets nothing fail any more that was planned to. */
  public void heal() {
    callsToFailure.clear();
    freeBytes = Long.MAX_VALUE;
  }

  /** Lets files grow by so much in all, and then no further. */
  public void limitFreeBytes(long bytes) {
    freeBytes = bytes;
  }

  /** Lets the n-th call that changes something, and all after it, find the power gone. */
  public void crashIn(int calls) {
    callsToCrash = calls;
  }

  public boolean isCrashed() {
    return callsToCrash <= 0;
  }

  /** The disk as the next start finds it after the loss of power. */
  public FaultyDisk afterCrash() {
    FaultyDisk survivor = new FaultyDisk(random);
    int keptPercent = List.of(0, 50, 100).get(random.nextInt(3));
    Set<String> names = new HashSet<>(files.keySet());
    names.addAll(durableFiles.keySet());
    for (String name : names) {
      FaultyFile file = (random.nextBoolean() ? files : durableFiles).get(name);
      if (file != null) {
        FaultyFile left = new FaultyFile(survivor, file.afterCrash(random, keptPercent));
        survivor.files.put(name, left);
        survivor.durableFiles.put(name, left);
      }
    }
    return survivor;
  }

  /** Says whether readers would see other files, or other bytes in one. */
  public boolean differsFrom(FaultyDisk other) {
    return !files.keySet().equals(other.files.keySet())
        || files.entrySet().stream()
            .anyMatch(file -> !file.getValue().showsSameAs(other.files.get(file.getKey())));
  }

  @Override
  public List<String> list() {
    return List.copyOf(files.keySet());
  }

  @Override
  public DiskFile openToRead(String name) throws IOException {
    FaultyFile file = files.get(name);
    if (file == null) {
      throw new NoSuchFileException(name);
    }
    return file;
  }

  @Override
  public DiskFile openToWrite(String name) throws IOException {
    pass(Call.OPEN);
    return files.computeIfAbsent(name, created -> new FaultyFile(this, new byte[0]));
  }

  @Override
  public void delete(String name) throws IOException {
    pass(Call.DELETE);
    FaultyFile file = files.remove(name);
    if (file != null) {
      giveBack(file.sizeBytes());
    }
  }

  @Override
  public long usableBytes() {
    return Long.MAX_VALUE;
  }

  @Override
  public void forceDirectory() throws IOException {
    pass(Call.FORCE_DIRECTORY);
    durableFiles.clear();
    durableFiles.putAll(files);
  }

  /** Fails if this call is to fail. */
  void pass(Call call) throws IOException {
    callsToCrash--;
    if (isCrashed()) {
      throw new IOException("the power is gone");
    }
    int calls = callsToFailure.getOrDefault(call, 0);
    callsToFailure.put(call, calls - 1);
    if (calls == 1) {
      throw new IOException("Input/output error");
    }
  }

  /** How much of the growth fits; less than all of it means that the disk is full now. */
  long take(long bytes) {
    if (freeBytes == Long.MAX_VALUE) {
      return bytes;
    }
    long taken = Math.min(bytes, freeBytes);
    freeBytes -= taken;
    return taken;
  }

  void giveBack(long bytes) {
    freeBytes = freeBytes == Long.MAX_VALUE ? freeBytes : freeBytes + bytes;
  }
}
