package dev.eider.server.config;

import com.sun.management.HotSpotDiagnosticMXBean;
import dev.eider.server.files.library.LibraryIndex;
import dev.eider.server.files.transfer.TransferBounds;
import dev.eider.server.runs.RunIndex;
import dev.eider.server.store.read.ReadAhead;
import dev.eider.server.store.sql.SqlRows;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The memory that a configuration needs: for everything the daemon holds, its bound in bytes.
 *
 * <p>What grows with what clients do is held to these bounds while the daemon runs, by refusing
 * what would exceed them; so a heap of their sum is enough whatever happens. DuckDB's memory is
 * neither heap nor direct and has a bound of its own.
 *
 * <p>Some bounds are a share of the heap ({@link HeapShare}), the others are the same with any: so
 * a larger heap is enough sooner or later. Immutable.
 *
 * @param heap the parts of the Java heap
 * @param direct the parts of the memory outside it that the network layer takes
 */
public record MemoryBudget(List<Part> heap, List<Part> direct) {
  private static final long MIB = 1 << 20;
  private static final int NAMED_PARTS = 4;

  /** Classes, threads, and the pools of the network layer. */
  private static final long BASE_BYTES = 48 * MIB;

  /** A call that is open, with the stream and the reader behind it. */
  static final int CALL_BYTES = 4 << 10;

  static final int CHANGED_RUN_BYTES = 320;
  private static final long DIFF_BYTES = 512 << 10;
  private static final long ROW_BYTES = 128;
  private static final long PAGE_BYTES = 2 * ReadAhead.BLOCK_BYTES_MAX;

  /** A row of the largest size as bytes and as text; it is encoded into direct memory. */
  private static final long QUERY_BYTES = 3L * SqlRows.ROW_BYTES_MAX;

  /**
   * A small page and the record of an import, a large one being among the runs; large events take
   * turns with the persister's.
   */
  private static final long TRANSFER_BYTES = MIB + TransferBounds.SMALL_RECORD_BYTES_MAX;

  /** A run and a file of a library. */
  private static final long LIBRARY_RUN_BYTES = LibraryIndex.RUN_BYTES + 512;

  /** A page of a file that is being read through. */
  private static final long LIBRARY_READING_BYTES = MIB;

  private static final long STREAM_DIRECT_BYTES = 32 << 10;

  // How much of the largest request there is at a time, in several forms: as it came, parsed,
  // encoded, in the record, in the batch, as text.
  private static final int FORMS_PARSED = 7;
  private static final int FORMS_IN_BATCH = 6;
  private static final int FORMS_IN_TRANSACTION = 8;
  private static final int FORMS_IN_PAGE = 2;

  /** Likewise of the record of an import: encoded, and in the batch as it grows. */
  private static final int FORMS_OF_IMPORT = 3;

  public MemoryBudget {
    heap = List.copyOf(heap);
    direct = List.copyOf(direct);
  }

  /** Adds up what a configuration needs. */
  public static MemoryBudget of(ServerConfig config) {
    return new MemoryBudget(heapOf(config), directOf(config));
  }

  private static List<Part> heapOf(ServerConfig config) {
    long request = config.get(Setting.REQUEST_BYTES_MAX);
    List<Part> parts =
        new ArrayList<>(
            List.of(
                new Part("the daemon itself", BASE_BYTES),
                new Part("a request being read (request-bytes-max)", FORMS_PARSED * request),
                new Part("requests in the queue", config.get(HeapShare.QUEUE)),
                new Part(
                    "the batch (batch-bytes-max, request-bytes-max)",
                    2 * config.get(Setting.BATCH_BYTES_MAX)
                        + Math.max(
                            FORMS_IN_BATCH * request,
                            FORMS_OF_IMPORT * TransferBounds.RECORD_BYTES_MAX)),
                new Part(
                    "events in memory (tail-bytes-max, unpersisted-bytes-max)",
                    config.get(Setting.TAIL_BYTES_MAX) + config.get(Setting.UNPERSISTED_BYTES_MAX)),
                new Part(
                    "the DuckDB transaction (persist-batch-events-max, request-bytes-max)",
                    ServerConfig.PERSIST_BATCH_BYTES_MAX
                        + ROW_BYTES * config.get(Setting.PERSIST_BATCH_EVENTS_MAX)
                        + Math.max(
                            FORMS_IN_TRANSACTION * request,
                            FORMS_OF_IMPORT * TransferBounds.RECORD_BYTES_MAX)),
                new Part(
                    "pages being read (store-readers-max, request-bytes-max)",
                    config.get(Setting.STORE_READERS_MAX) * (PAGE_BYTES + FORMS_IN_PAGE * request)),
                new Part(
                    "rows of queries (query-concurrent-max)",
                    QUERY_BYTES * config.get(Setting.QUERY_CONCURRENT_MAX)),
                new Part("pages kept", config.get(HeapShare.PAGE_CACHE) + ReadAhead.RUNS_BYTES_MAX),
                new Part("blocks of the log kept", ReadAhead.LOG_BYTES_MAX),
                new Part("runs (run-bytes-max)", config.get(Setting.RUN_BYTES_MAX)),
                new Part("ids of runs that are not in memory", RunIndex.idBytesMax()),
                new Part("open calls", CALL_BYTES * config.get(HeapShare.CALLS)),
                new Part(
                    "changes for watchers (watch-changes-max)",
                    CHANGED_RUN_BYTES * config.get(Setting.WATCH_CHANGES_MAX)),
                new Part(
                    "exports and imports (transfers-max)",
                    TRANSFER_BYTES * config.get(Setting.TRANSFERS_MAX)),
                new Part("comparisons of runs", DIFF_BYTES * ServerConfig.DIFFS_MAX)));
    if (!config.libraries().isEmpty()) {
      parts.add(
          new Part(
              "runs of libraries (library-runs-max)",
              LIBRARY_READING_BYTES + LIBRARY_RUN_BYTES * config.get(Setting.LIBRARY_RUNS_MAX)));
    }
    return parts;
  }

  private static List<Part> directOf(ServerConfig config) {
    return List.of(
        new Part("the daemon itself", BASE_BYTES),
        new Part("requests that arrive", config.get(HeapShare.INBOUND)),
        new Part("pages on their way (outbound-bytes-max)", config.get(Setting.OUTBOUND_BYTES_MAX)),
        new Part(
            "streams of readers (subscriptions-max)",
            STREAM_DIRECT_BYTES * config.get(Setting.SUBSCRIPTIONS_MAX)));
  }

  /** The heap that is needed, in bytes. */
  public long heapBytes() {
    return sum(heap);
  }

  /** The direct memory that is needed, in bytes. */
  public long directBytes() {
    return sum(direct);
  }

  /** The direct memory of this JVM: as large as the heap unless an option says otherwise. */
  public static long directBytesMax() {
    HotSpotDiagnosticMXBean jvm =
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    long bytes =
        jvm == null ? 0 : Long.parseLong(jvm.getVMOption("MaxDirectMemorySize").getValue());
    return bytes == 0 ? Runtime.getRuntime().maxMemory() : bytes;
  }

  /** Throws StartupException, with what to change, if there is less memory than is needed. */
  public static MemoryBudget require(ServerConfig config, long directBytesMax) {
    MemoryBudget budget = of(config);
    if (budget.heapBytes() > config.heapBytes()) {
      List<Part> needed = ofLeastHeap(config).heap;
      throw new StartupException(
          "%s; raise it with EIDER_JAVA_OPTS=-Xmx%sm or lower settings with --set"
              .formatted(problem("heap", needed, config.heapBytes()), mib(sum(needed))));
    }
    if (budget.directBytes() > directBytesMax) {
      throw new StartupException(
          ("%s; raise it with EIDER_JAVA_OPTS=-XX:MaxDirectMemorySize=%sm (without"
                  + " it, it is as large as the heap) or lower settings with --set")
              .formatted(
                  problem("direct memory", budget.direct, directBytesMax),
                  mib(budget.directBytes())));
    }
    return budget;
  }

  /** Returns the budget of the smallest heap that is enough: with the heap, its shares grow. */
  private static MemoryBudget ofLeastHeap(ServerConfig config) {
    long heapBytes = MIB;
    MemoryBudget budget = of(config.withHeap(heapBytes));
    while (budget.heapBytes() > heapBytes) {
      heapBytes = mib(budget.heapBytes()) * MIB;
      budget = of(config.withHeap(heapBytes));
    }
    return budget;
  }

  private static String problem(String kind, List<Part> parts, long bytesMax) {
    String largest =
        parts.stream()
            .sorted(Comparator.comparingLong(Part::bytes).reversed())
            .limit(NAMED_PARTS)
            .map(part -> mib(part.bytes()) + " MiB for " + part.name())
            .collect(Collectors.joining(", "));
    return "the settings need %s MiB of %s and this JVM has %s MiB; the most is %s"
        .formatted(mib(sum(parts)), kind, bytesMax / MIB, largest);
  }

  private static long sum(List<Part> parts) {
    return parts.stream().mapToLong(Part::bytes).sum();
  }

  private static long mib(long bytes) {
    return (bytes + MIB - 1) / MIB;
  }

  /** Something the daemon holds, with the settings that bound it, and its bound. */
  public record Part(String name, long bytes) {}
}
