package dev.eider.server.config;

import dev.eider.server.api.RequestLimits;
import dev.eider.server.files.format.ScratchConfig;
import dev.eider.server.files.library.LibraryConfig;
import dev.eider.server.files.transfer.TransferBounds;
import dev.eider.server.hub.HubBounds;
import dev.eider.server.log.segment.LogConfig;
import dev.eider.server.persist.PersisterConfig;
import dev.eider.server.query.QueryBounds;
import dev.eider.server.read.ReaderRegistry.ReaderBounds;
import dev.eider.server.rpc.GrpcServer.ConnectionLimits;
import dev.eider.server.sequencer.SequencerConfig;
import dev.eider.server.store.connection.StoreConfig;
import dev.eider.server.upkeep.Retention;
import dev.eider.server.upkeep.Rewriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * How a daemon is set up. Immutable.
 *
 * @param dataDir holds everything the daemon keeps
 * @param host name or address to listen on
 * @param port 0 for any free one
 * @param async acknowledge after write instead of after force
 * @param libraries directories of older files whose runs are shown, the first ones first
 * @param heapBytes the heap that there is, which some defaults are a share of
 * @param numbers what differs from the defaults
 */
public record ServerConfig(
    Path dataDir,
    String host,
    int port,
    boolean async,
    List<Path> libraries,
    long heapBytes,
    Map<Setting, Long> numbers) {
  /** The port when none is named. */
  public static final int PORT_DEFAULT = 7117;

  /** The most open calls of DiffRuns. */
  public static final int DIFFS_MAX = 16;

  /** The most bytes in one DuckDB transaction, but for the record that reaches it. */
  static final long PERSIST_BATCH_BYTES_MAX = 32L << 20;

  /** The least memory that DuckDB needs to read or write a file of runs. */
  private static final long SCRATCH_BYTES_MIN = 64L << 20;

  private static final long BYTES_ADDED_PER_EVENT = 64;

  public ServerConfig {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port is " + port + "; it must be from 0 to 65535");
    }
    numbers.forEach(Setting::checked);
    libraries = List.copyOf(libraries);
    numbers = Map.copyOf(numbers);
  }

  /** Returns the defaults: loopback, {@link #PORT_DEFAULT}, fsync, settings by this JVM's heap. */
  public static ServerConfig defaults(Path dataDir) {
    return new ServerConfig(
        dataDir,
        "127.0.0.1",
        PORT_DEFAULT,
        false,
        List.of(),
        Runtime.getRuntime().maxMemory(),
        Map.of());
  }

  /** Listens elsewhere. */
  public ServerConfig at(String newHost, int newPort) {
    return new ServerConfig(dataDir, newHost, newPort, async, libraries, heapBytes, numbers);
  }

  /** Reads these directories as well. */
  public ServerConfig withLibraries(List<Path> directories) {
    return new ServerConfig(dataDir, host, port, async, directories, heapBytes, numbers);
  }

  /** Shares out another heap. */
  public ServerConfig withHeap(long bytes) {
    return new ServerConfig(dataDir, host, port, async, libraries, bytes, numbers);
  }

  /**
   * Changes one setting: {@code durability} ({@code fsync} or {@code async}) or a {@link Setting}.
   *
   * @throws IllegalArgumentException if there is no such key or the value is not in its range
   */
  public ServerConfig with(String key, String value) {
    if (key.equals(SettingKeys.DURABILITY)) {
      return new ServerConfig(dataDir, host, port, isAsync(value), libraries, heapBytes, numbers);
    }
    return with(SettingKeys.find(key), parse(key, value));
  }

  /** Changes one setting. */
  public ServerConfig with(Setting setting, long value) {
    Map<Setting, Long> changed = new EnumMap<>(Setting.class);
    changed.putAll(numbers);
    changed.put(setting, value);
    return new ServerConfig(dataDir, host, port, async, libraries, heapBytes, changed);
  }

  /** Returns the value in force. */
  public long get(Setting setting) {
    return numbers.getOrDefault(setting, setting.defaultValue(heapBytes));
  }

  /** Returns how much of something this heap allows, where no setting says otherwise. */
  public long get(HeapShare share) {
    return share.of(heapBytes);
  }

  /** Returns the value in force of a setting whose range fits an int. */
  public int getInt(Setting setting) {
    return Math.toIntExact(get(setting));
  }

  /** Returns {@code fsync} or {@code async}. */
  public String durability() {
    return async ? "async" : "fsync";
  }

  public LogConfig log() {
    // A batch ends with the request or the import that reaches its bound, and encoding adds what
    // the daemon fills in.
    long requestBytesMax =
        2 * get(Setting.REQUEST_BYTES_MAX)
            + BYTES_ADDED_PER_EVENT * get(Setting.EVENTS_PER_REQUEST_MAX);
    long batchBytesMax =
        get(Setting.BATCH_BYTES_MAX)
            + Math.max(requestBytesMax, TransferBounds.RECORD_BYTES_MAX)
            + (1 << 20);
    return new LogConfig(get(Setting.SEGMENT_BYTES_MAX), Math.toIntExact(batchBytesMax));
  }

  public HubBounds hub() {
    return new HubBounds(
        get(Setting.TAIL_BYTES_MAX),
        get(Setting.UNPERSISTED_BYTES_MAX),
        get(Setting.RUN_BYTES_MAX));
  }

  public ReaderBounds readers() {
    return new ReaderBounds(
        getInt(Setting.SUBSCRIPTIONS_MAX),
        get(Setting.OUTBOUND_BYTES_MAX),
        getInt(Setting.WATCH_CHANGES_MAX),
        DIFFS_MAX,
        getInt(Setting.SUBSCRIBE_ALL_MAX));
  }

  public RequestLimits requests() {
    return new RequestLimits(
        get(Setting.REQUEST_BYTES_MAX),
        getInt(Setting.EVENTS_PER_REQUEST_MAX),
        get(HeapShare.INBOUND),
        Math.toIntExact(get(HeapShare.CALLS)));
  }

  public ConnectionLimits connections() {
    return new ConnectionLimits(
        get(Setting.KEEPALIVE_MS),
        get(Setting.KEEPALIVE_TIMEOUT_MS),
        get(Setting.CONNECTION_IDLE_MS),
        get(Setting.CONNECTION_AGE_MS),
        get(Setting.CONNECTION_GRACE_MS));
  }

  public SequencerConfig sequencer() {
    return new SequencerConfig(
        async,
        get(Setting.FORCE_INTERVAL_MS),
        getInt(Setting.QUEUE_REQUESTS_MAX),
        get(HeapShare.QUEUE),
        get(Setting.BATCH_BYTES_MAX),
        getInt(Setting.OPEN_RUNS_MAX),
        getInt(Setting.PRODUCERS_PER_RUN_MAX),
        get(Setting.UNPERSISTED_BYTES_MAX),
        get(Setting.DISK_RESERVE_BYTES),
        get(Setting.GRACE_MS));
  }

  public PersisterConfig persister() {
    return new PersisterConfig(
        get(Setting.PERSIST_LINGER_MS),
        getInt(Setting.PERSIST_BATCH_EVENTS_MAX),
        PERSIST_BATCH_BYTES_MAX,
        get(Setting.UNPERSISTED_BYTES_MAX),
        get(Setting.CHECKPOINT_BYTES),
        get(Setting.CHECKPOINT_IDLE_MS));
  }

  public StoreConfig store(DataDir directory) {
    return new StoreConfig(
        directory.database(),
        directory.temp(),
        get(Setting.STORE_MEMORY_BYTES_MAX),
        getInt(Setting.STORE_THREADS_MAX),
        getInt(Setting.STORE_READERS_MAX),
        getInt(Setting.QUERY_CONCURRENT_MAX));
  }

  public Retention.Bounds retention() {
    return new Retention.Bounds(
        get(Setting.RETENTION_AGE_MS),
        get(Setting.RETENTION_RUNS_MAX),
        get(Setting.RETENTION_BYTES_MAX),
        get(Setting.RETENTION_ROUND_MS));
  }

  public Rewriter.Rule rewrites() {
    // More than what has publishes refused.
    return new Rewriter.Rule(
        getInt(Setting.REWRITE_WASTED_PERCENT),
        get(Setting.REWRITE_WASTED_BYTES_MIN),
        2 * get(Setting.DISK_RESERVE_BYTES) + 5 * get(Setting.UNPERSISTED_BYTES_MAX));
  }

  public QueryBounds queries() {
    return new QueryBounds(
        getInt(Setting.QUERY_CONCURRENT_MAX),
        get(Setting.QUERY_MS_MAX),
        get(Setting.QUERY_ROWS_MAX),
        get(Setting.STORE_MEMORY_BYTES_MAX));
  }

  public TransferBounds transfers() {
    return new TransferBounds(
        getInt(Setting.TRANSFERS_MAX),
        get(Setting.TRANSFER_MS_MAX),
        get(Setting.TRANSFER_BYTES_MAX),
        getInt(Setting.TRANSFER_RUNS_MAX),
        get(Setting.DISK_RESERVE_BYTES));
  }

  public ScratchConfig scratch(DataDir directory) {
    return new ScratchConfig(
        directory.temp(),
        Math.max(SCRATCH_BYTES_MIN, get(Setting.STORE_MEMORY_BYTES_MAX) / 2),
        get(Setting.REQUEST_BYTES_MAX));
  }

  public LibraryConfig library() {
    return new LibraryConfig(
        libraries,
        dataDir,
        getInt(Setting.LIBRARY_RUNS_MAX),
        2 * get(Setting.DISK_RESERVE_BYTES),
        get(Setting.LIBRARY_SCAN_MS));
  }

  /** Throws StartupException if a library is no directory, or inside the daemon's own. */
  public void requireLibraries() {
    Path own = dataDir.toAbsolutePath().normalize();
    for (Path library : libraries) {
      if (!Files.isDirectory(library)) {
        throw new StartupException("the library " + library + " is no directory");
      }
      if (library.toAbsolutePath().normalize().startsWith(own)) {
        throw new StartupException(
            "the library " + library + " is in the daemon's own data directory " + own);
      }
    }
  }

  private static boolean isAsync(String value) {
    return switch (value) {
      case "async" -> true;
      case "fsync" -> false;
      default ->
          throw new IllegalArgumentException(
              "durability is " + value + "; it must be fsync or async");
    };
  }

  private static long parse(String key, String value) {
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(key + " is " + value + "; it must be a whole number", e);
    }
  }
}
