package dev.eider.server.store.connection;

import static dev.eider.server.base.Invariants.require;

import java.nio.file.Path;

/**
 * Settings of the store. Immutable.
 *
 * @param file the DuckDB file; created when missing, in a directory that exists
 * @param tempDirectory where DuckDB spills what does not fit into memory; created when missing
 * @param memoryLimitBytes what DuckDB may use outside the Java heap, 64 MiB or more
 * @param threads how many threads one query may use, 1 to 256
 * @param readersMax how many reads can run at a time, 1 to 64
 * @param queriesMax how many queries of callers can run at a time, 1 to 64
 */
public record StoreConfig(
    Path file,
    Path tempDirectory,
    long memoryLimitBytes,
    int threads,
    int readersMax,
    int queriesMax) {
  public static final long MEMORY_LIMIT_BYTES_DEFAULT = 512L << 20;
  public static final int THREADS_DEFAULT = 2;
  public static final int READERS_MAX_DEFAULT = 4;
  public static final int QUERIES_MAX_DEFAULT = 2;

  private static final long MEMORY_LIMIT_BYTES_MIN = 64L << 20;
  private static final int THREADS_MAX = 256;
  private static final int READERS_LIMIT = 64;

  public StoreConfig {
    require(
        memoryLimitBytes >= MEMORY_LIMIT_BYTES_MIN,
        "memoryLimitBytes must be %d or more, not %d",
        MEMORY_LIMIT_BYTES_MIN,
        memoryLimitBytes);
    require(
        threads >= 1 && threads <= THREADS_MAX,
        "threads must be 1-%d, not %d",
        THREADS_MAX,
        threads);
    require(
        readersMax >= 1 && readersMax <= READERS_LIMIT,
        "readersMax must be 1-%d, not %d",
        READERS_LIMIT,
        readersMax);
    require(
        queriesMax >= 1 && queriesMax <= READERS_LIMIT,
        "queriesMax must be 1-%d, not %d",
        READERS_LIMIT,
        queriesMax);
  }

  /** Returns the directory of files whose events are to be persisted; it is beside the file. */
  public Path stagingDirectory() {
    return file.resolveSibling("import");
  }

  /** Returns the defaults for a file. */
  public static StoreConfig of(Path file, Path tempDirectory) {
    return new StoreConfig(
        file,
        tempDirectory,
        MEMORY_LIMIT_BYTES_DEFAULT,
        THREADS_DEFAULT,
        READERS_MAX_DEFAULT,
        QUERIES_MAX_DEFAULT);
  }
}
