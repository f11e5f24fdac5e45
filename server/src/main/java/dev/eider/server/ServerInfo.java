package dev.eider.server;

import dev.eider.server.config.ServerConfig;
import dev.eider.server.config.Setting;
import dev.eider.server.event.RunId;
import dev.eider.server.files.library.LibraryScan;
import dev.eider.server.files.transfer.Transfers;
import dev.eider.server.hub.Hub;
import dev.eider.server.log.EventLog;
import dev.eider.server.query.Queries;
import dev.eider.server.read.ReaderRegistry;
import dev.eider.v1.Counters;
import dev.eider.v1.Durability;
import dev.eider.v1.GetServerInfoResponse;
import dev.eider.v1.Limits;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.util.Objects;

/** Describes the daemon as it is at the moment. Thread-safe. */
record ServerInfo(
    ServerConfig config,
    Hub hub,
    EventLog log,
    ReaderRegistry readers,
    Queries queries,
    Transfers transfers,
    LibraryScan libraries) {
  static String version() {
    return Objects.requireNonNullElse(
        ServerInfo.class.getPackage().getImplementationVersion(), "unpackaged");
  }

  GetServerInfoResponse describe() {
    GetServerInfoResponse.Builder info =
        GetServerInfoResponse.newBuilder()
            .setVersion(version())
            .setLimits(limits())
            .setDurability(
                config.async() ? Durability.DURABILITY_ASYNC : Durability.DURABILITY_FSYNC)
            .setForceIntervalMs(config.async() ? config.get(Setting.FORCE_INTERVAL_MS) : 0)
            .setCounters(counters());
    if (!config.libraries().isEmpty()) {
      info.setLibraries(libraries.describe());
    }
    return info.build();
  }

  private Limits limits() {
    return Limits.newBuilder()
        .setIdCharsMax(RunId.CHARS_MAX)
        .setRequestBytesMax(config.get(Setting.REQUEST_BYTES_MAX))
        .setEventsPerRequestMax(config.getInt(Setting.EVENTS_PER_REQUEST_MAX))
        .setSubscriptionsMax(config.getInt(Setting.SUBSCRIPTIONS_MAX))
        .setOpenRunsMax(config.getInt(Setting.OPEN_RUNS_MAX))
        .setUnpersistedBytesMax(config.get(Setting.UNPERSISTED_BYTES_MAX))
        .setProducersPerRunMax(config.getInt(Setting.PRODUCERS_PER_RUN_MAX))
        .setGraceMs(config.get(Setting.GRACE_MS))
        .setDiffsMax(ServerConfig.DIFFS_MAX)
        .setSubscribeAllMax(config.getInt(Setting.SUBSCRIBE_ALL_MAX))
        .setHeartbeatMs(config.get(Setting.HEARTBEAT_MS))
        .setQueryConcurrentMax(config.getInt(Setting.QUERY_CONCURRENT_MAX))
        .setQueryMsMax(config.get(Setting.QUERY_MS_MAX))
        .setQueryRowsMax(config.get(Setting.QUERY_ROWS_MAX))
        .setTransfersMax(config.getInt(Setting.TRANSFERS_MAX))
        .setTransferMsMax(config.get(Setting.TRANSFER_MS_MAX))
        .setTransferBytesMax(config.get(Setting.TRANSFER_BYTES_MAX))
        .setTransferRunsMax(config.getInt(Setting.TRANSFER_RUNS_MAX))
        .build();
  }

  private Counters counters() {
    Runtime runtime = Runtime.getRuntime();
    return Counters.newBuilder()
        .setRunsInMemory(hub.runCount())
        .setTailBytes(hub.tailBytes())
        .setSubscriptions(readers.count())
        .setLogSegments(log.health().segmentCount())
        .setOpenFiles(openFiles())
        .setThreads(ManagementFactory.getThreadMXBean().getThreadCount())
        .setUnpersistedBytes(Math.max(0, log.endPosition() - hub.progress().position()))
        .setHeapBytes(runtime.totalMemory() - runtime.freeMemory())
        .setDirectBytes(directBytes())
        .setQueries(queries.count())
        .setTransfers(transfers.count())
        .build();
  }

  /** The network layer's buffers: it takes them from the platform, which counts them. */
  private static long directBytes() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }

  private static long openFiles() {
    OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
    return system instanceof com.sun.management.UnixOperatingSystemMXBean unix
        ? unix.getOpenFileDescriptorCount()
        : -1;
  }
}
