package dev.eider.server.store.write;

import dev.eider.server.run.StagedFile;
import dev.eider.server.store.StagedRows;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.connection.StoreConfig;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory {@code import}: files of events that the log names and DuckDB takes, each deleted
 * behind the checkpoint after that. A file that no record names is deleted behind the first
 * checkpoint.
 *
 * <p>Owned by the persister's thread; {@link #require} is called before that starts.
 */
public final class StagingArea {
  private static final Logger LOG = LoggerFactory.getLogger(StagingArea.class);
  private static final int BUFFER_BYTES = 64 << 10;

  private final Path directory;
  private final Set<Path> unneeded = new HashSet<>();

  public StagingArea(StoreConfig config) {
    directory = config.stagingDirectory();
  }

  /**
   * Requires the files that DuckDB has still to take, and marks all others to be deleted.
   *
   * @throws StoreException if one is not there as it was
   */
  public void require(Collection<StagedFile> files) throws StoreException {
    Set<Path> needed = new HashSet<>();
    for (StagedFile file : files) {
      Path path = directory.resolve(file.name());
      needed.add(path);
      requireWhole(path, file);
    }
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (Stream<Path> found = Files.list(directory)) {
      found.filter(path -> !needed.contains(path)).forEach(unneeded::add);
    } catch (IOException e) {
      throw new StoreException("cannot list " + directory, e);
    }
  }

  private static void requireWhole(Path path, StagedFile file) throws StoreException {
    String advice =
        "; it holds runs that were imported and that DuckDB has still to take: restore it from a"
            + " copy, as it was";
    try {
      if (!Files.exists(path)) {
        throw new StoreException(path + " is missing" + advice);
      }
      if (Files.size(path) != file.bytes() || !Arrays.equals(sha256(path), file.sha256())) {
        throw new StoreException(path + " is damaged" + advice);
      }
    } catch (IOException e) {
      throw new StoreException(path + " cannot be read: " + e.getMessage() + advice, e);
    }
  }

  /** Returns the hash of a file that is not being written. */
  static byte[] sha256(Path path) throws IOException {
    try (InputStream in = Files.newInputStream(path)) {
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

  /** Marks a file to be deleted, since its events are committed. */
  void committed(StagedRows staged) {
    unneeded.add(directory.resolve(staged.file().name()));
  }

  /** Deletes the files that are marked, now that DuckDB's main file has what was committed. */
  void checkpointed() {
    for (Path path : List.copyOf(unneeded)) {
      try {
        Files.deleteIfExists(path);
        unneeded.remove(path);
      } catch (IOException e) {
        LOG.warn("{} is not needed any more and cannot be deleted: {}", path, e.getMessage());
      }
    }
  }
}
