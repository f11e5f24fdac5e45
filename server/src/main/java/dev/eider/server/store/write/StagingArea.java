package dev.eider.server.store.write;

import dev.eider.server.base.Invariants;
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
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Stream;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory {@code import}: files of events that the log names and DuckDB takes, in an instance
 * of its own, and which are deleted behind the checkpoint after that. A file that no record names
 * is deleted behind the first checkpoint.
 *
 * <p>Owned by the persister's thread; {@link #require} is called before that starts.
 */
public final class StagingArea {
  private static final Logger LOG = LoggerFactory.getLogger(StagingArea.class);
  private static final int BUFFER_BYTES = 64 << 10;

  private final StoreConfig config;
  private final Set<Path> unneeded = new HashSet<>();

  public StagingArea(StoreConfig config) {
    this.config = config;
  }

  /**
   * Requires the files that DuckDB has still to take, and takes note of those that nobody needs.
   *
   * @throws StoreException if one is not there as it was
   */
  public void require(Collection<StagedFile> files) throws StoreException {
    Set<Path> needed = new HashSet<>();
    for (StagedFile file : files) {
      Path path = config.stagingDirectory().resolve(file.name());
      needed.add(path);
      requireWhole(path, file);
    }
    if (!Files.isDirectory(config.stagingDirectory())) {
      return;
    }
    try (Stream<Path> found = Files.list(config.stagingDirectory())) {
      found.filter(path -> !needed.contains(path)).forEach(unneeded::add);
    } catch (IOException e) {
      throw new StoreException("cannot list " + config.stagingDirectory(), e);
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

  /** Hashes a file that nobody has open. */
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

  /**
   * Appends a file's events within the connection's open transaction; does nothing for null.
   *
   * <p>When there are too many large ones for one checkpoint, it commits what it has, makes one,
   * and goes on in a transaction of its own. Until the last, which is the caller's, no run has
   * these events; what a failure left of them is deleted when it begins again.
   */
  void load(DuckDBConnection writer, @Nullable StagedRows staged, Checkpoints checkpoints)
      throws SQLException {
    if (staged == null) {
      return;
    }
    StoreTransaction.execute(writer, "DELETE FROM events WHERE position = " + staged.position());
    Path path = config.stagingDirectory().resolve(staged.file().name());
    Invariants.require(Files.exists(path), "%s is missing", path);
    try (DuckDBConnection source = open(path);
        Statement statement = source.createStatement();
        ResultSet rows =
            statement.executeQuery("SELECT run_id, seq, octet_length(event), event FROM events")) {
      StagedEvents events = new StagedEvents(staged, rows);
      while (!events.append(writer, checkpoints)) {
        StoreTransaction.execute(writer, "COMMIT");
        if (!checkpoints.make(writer)) {
          throw new SQLException("no checkpoint can be made in the course of " + path);
        }
        StoreTransaction.execute(writer, "BEGIN TRANSACTION");
      }
    }
  }

  private DuckDBConnection open(Path path) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("access_mode", "READ_ONLY");
    properties.setProperty("jdbc_stream_results", "true");
    properties.setProperty("autoinstall_known_extensions", "false");
    properties.setProperty("autoload_known_extensions", "false");
    properties.setProperty("enable_external_access", "false");
    properties.setProperty("memory_limit", config.memoryLimitBytes() + "B");
    properties.setProperty("threads", "1");
    properties.setProperty("temp_directory", config.tempDirectory().toString());
    return (DuckDBConnection) DriverManager.getConnection("jdbc:duckdb:" + path, properties);
  }

  /** Takes note that DuckDB has committed a file's events; does nothing for null. */
  public void committed(@Nullable StagedRows staged) {
    if (staged != null) {
      unneeded.add(config.stagingDirectory().resolve(staged.file().name()));
    }
  }

  /** Deletes what is not needed, now that DuckDB's main file has what was committed. */
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
