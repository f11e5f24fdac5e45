package dev.eider.it.disk;

import dev.eider.it.Commands;
import dev.eider.it.Directories;
import dev.eider.it.Need;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file system of a few mebibytes that is mounted on a directory until closed, whatever the test
 * did. What an earlier process left mounted there is unmounted first, and a shutdown hook unmounts
 * what an interrupted test leaves, so nothing piles up. Owned by the test thread.
 */
public final class SmallDisk implements AutoCloseable {
  private static final String FILLER = "filler";
  private static final int[] FILL_STEPS = {1 << 20, 64 << 10, 4 << 10, 512, 16, 1};

  /** FS_IOC_SHUTDOWN without flushing the journal: what was not forced is lost. */
  private static final String CUT_POWER =
      "open(my $d, '<', $ARGV[0]) or die $!; my $how = pack('I', 2);"
          + " ioctl($d, 0x8004587d, $how) or die $!";

  private final Path mountPoint;
  private final String[] mount;
  private final Thread hook = new Thread(this::unmount);

  private SmallDisk(Path mountPoint, String... mount) {
    this.mountPoint = mountPoint;
    this.mount = mount;
    Commands.tryRun("umount", "-q", "-l", mountPoint.toString());
    Directories.empty(mountPoint);
    Runtime.getRuntime().addShutdownHook(hook);
    mount();
  }

  /** In memory: quick, and gone when unmounted; forcing it does nothing. */
  public static SmallDisk tmpfs(Path mountPoint, int mebibytes) {
    return tmpfs(mountPoint, mebibytes, 1_000);
  }

  /** In memory, with room for so many files and directories. */
  static SmallDisk tmpfs(Path mountPoint, int mebibytes, int inodes) {
    needMounts();
    String options = "size=" + mebibytes + "m,nr_inodes=" + inodes;
    return new SmallDisk(
        mountPoint, "mount", "-t", "tmpfs", "-o", options, "tmpfs", mountPoint.toString());
  }

  /**
   * Ext4 in an image, on which forcing is what it is anywhere.
   *
   * @param image the file to make; when it lies on a fuller disk than it claims to be large, writes
   *     succeed and forces fail, as on storage that was promised twice
   */
  static SmallDisk ext4(Path image, Path mountPoint, int mebibytes) {
    needMounts();
    Need.that(Commands.isThere("mkfs.ext4"), "an ext4 image needs mkfs.ext4 (e2fsprogs)");
    makeImage(image, mebibytes);
    String options = "loop,noatime,data=ordered";
    return new SmallDisk(
        mountPoint, "mount", "-t", "ext4", "-o", options, image.toString(), mountPoint.toString());
  }

  /** Returns whether file systems can be mounted here, which takes root. */
  public static boolean isPossible() {
    return Commands.isThere("mount") && Commands.run("id", "-u").trim().equals("0");
  }

  /** Skips the test, and says in words what is needed, unless it is there. */
  static void needMounts() {
    Need.that(isPossible(), "tests on small file systems mount them, which takes root");
  }

  private static void makeImage(Path image, int mebibytes) {
    try {
      Files.deleteIfExists(image);
      Files.createDirectories(image.getParent());
      Files.createFile(image);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Commands.run("truncate", "-s", mebibytes + "M", image.toString());
    // No blocks held back for root, and a journal that has its blocks from the start.
    String now = "lazy_itable_init=0,lazy_journal_init=0";
    Commands.run("mkfs.ext4", "-q", "-F", "-m", "0", "-E", now, image.toString());
  }

  Path path() {
    return mountPoint;
  }

  /** Takes all the space there is. */
  public void fill() {
    for (int step : FILL_STEPS) {
      while (append(mountPoint.resolve(FILLER), step)) {
        // As long as there is room for as much.
      }
    }
  }

  private static boolean append(Path filler, int bytes) {
    try (OutputStream out =
        Files.newOutputStream(filler, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      out.write(new byte[bytes]);
      return true;
    } catch (IOException full) {
      return false;
    }
  }

  /** Makes empty files until no more can be made. */
  void fillInodes() {
    try {
      Files.createDirectories(mountPoint.resolve("many"));
      for (int i = 0; ; i++) {
        Files.createFile(mountPoint.resolve("many/" + i));
      }
    } catch (IOException noneLeft) {
      // That is what it is for.
    }
  }

  /** Gives back what was taken. */
  public void free() {
    try {
      Files.deleteIfExists(mountPoint.resolve(FILLER));
      Directories.delete(mountPoint.resolve("many"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Ends the file system as the loss of power does: what was not forced is gone, and until {@link
   * #remount} every access fails with an I/O error.
   */
  void cutPower() {
    Need.that(Commands.isThere("perl"), "to cut a file system's power takes perl");
    Commands.run("perl", "-e", CUT_POWER, mountPoint.toString());
  }

  /** Mounts it anew, as after a boot; nobody may use it. */
  void remount() {
    Commands.run("umount", mountPoint.toString());
    mount();
  }

  private void mount() {
    Commands.run(mount);
  }

  private void unmount() {
    if (!Commands.tryRun("umount", mountPoint.toString())) {
      Commands.tryRun("umount", "-l", mountPoint.toString());
    }
  }

  @Override
  public void close() {
    unmount();
    Runtime.getRuntime().removeShutdownHook(hook);
  }
}
