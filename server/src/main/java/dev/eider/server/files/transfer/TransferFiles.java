package dev.eider.server.files.transfer;

import dev.eider.server.base.BrokerException;
import dev.eider.v1.ErrorReason;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files of exports and imports on the daemon's disk. */
final class TransferFiles {
  private static final Logger LOG = LoggerFactory.getLogger(TransferFiles.class);
  private static final String PREFIX = "transfer-";
  private static final int BUFFER_BYTES = 64 << 10;

  private TransferFiles() {}

  static Path temporary(Path directory, long number, String suffix) {
    return directory.resolve(PREFIX + number + suffix);
  }

  /** Removes the temporary files of an earlier process. */
  static void deleteLeftOver(Path directory) {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (Stream<Path> found = Files.list(directory)) {
      List<Path> left =
          found.filter(path -> path.getFileName().toString().startsWith(PREFIX)).toList();
      left.forEach(TransferFiles::deleteOne);
    } catch (IOException e) {
      LOG.warn("what an earlier process left in {} cannot be found: {}", directory, e.getMessage());
    }
  }

  /** Removes a file, and what DuckDB keeps beside it. */
  static void delete(Path file) {
    deleteOne(file);
    deleteOne(log(file));
  }

  private static void deleteOne(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.warn("{} is of no use and cannot be deleted: {}", file, e.getMessage());
    }
  }

  /** Requires room on the disk beyond what must stay free. */
  static void requireRoom(Path directory, long bytes) {
    long usable = directory.toFile().getUsableSpace();
    if (usable < bytes) {
      throw BrokerException.of(
              ErrorReason.ERROR_REASON_STORAGE_FULL,
              "the disk has %d bytes left, and %d are needed; nothing was stored"
                  .formatted(usable, bytes))
          .with("limit_bytes", usable);
    }
  }

  /** Makes a file and its name survive the loss of power. */
  static void force(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      channel.force(true);
    }
    Path directory = file.toAbsolutePath().getParent();
    if (directory == null) {
      throw new IllegalArgumentException(file + " is in no directory");
    }
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Hashes a file that nobody has open. */
  static byte[] sha256(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest hash = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        hash.update(buffer, 0, read);
      }
      return hash.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Returns the name of what DuckDB keeps beside a file. */
  static Path log(Path file) {
    return file.resolveSibling(file.getFileName() + ".wal");
  }

  /** Returns the size of a file with that of DuckDB's log beside it. */
  static long sizeWithLog(Path file) {
    return size(file) + (Files.exists(log(file)) ? size(log(file)) : 0);
  }

  static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UncheckedIOException("no size of " + file, e);
    }
  }
}
