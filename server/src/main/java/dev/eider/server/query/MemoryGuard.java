package dev.eider.server.query;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.eider.server.base.BrokerException;
import dev.eider.server.base.Registration;
import dev.eider.server.base.Timer;
import dev.eider.v1.ErrorReason;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends queries that take memory beside DuckDB's limit, which does not count what functions make.
 *
 * <p>While queries are under way it looks some forty times a second at how much larger the process
 * has become since the last moment without any. Beyond what is allowed it ends the youngest. While
 * that one is still being evaluated no other is ended, since that would not stop it; once it is
 * gone, what the allocator keeps of its memory counts no longer, and the others have some room.
 *
 * <p>It looks on the thread {@code query-timer}. Thread-safe.
 */
final class MemoryGuard {
  /** What the network layer and the allocators may take meanwhile. */
  static final long SLACK_BYTES = 256L << 20;

  private static final Logger LOG = LoggerFactory.getLogger(MemoryGuard.class);

  private static final long PERIOD_MS = 25;

  private final ProcessMemory memory;
  private final Timer timer;
  private final LongSupplier grownBytesMax;
  private final Object lock = new Object();

  /** The oldest first. */
  @GuardedBy("lock")
  private final List<Query> underWay = new ArrayList<>();

  @GuardedBy("lock")
  private long baseBytes;

  @GuardedBy("lock")
  private @Nullable Registration looking;

  /**
   * @param grownBytesMax how much larger queries may make the process, the Java heap aside
   */
  MemoryGuard(ProcessMemory memory, Timer timer, LongSupplier grownBytesMax) {
    this.memory = memory;
    this.timer = timer;
    this.grownBytesMax = grownBytesMax;
  }

  /**
   * Counts a query that begins.
   *
   * @param end ends it with a refusal; does not block
   * @return counts it no longer
   */
  Registration begin(Consumer<BrokerException> end) {
    Query query = new Query(end);
    synchronized (lock) {
      if (underWay.isEmpty()) {
        baseBytes = memory.nativeBytes() + memory.freeHeapBytes();
        look();
      }
      underWay.add(query);
    }
    return () -> gone(query);
  }

  @GuardedBy("lock")
  private void look() {
    try {
      looking = timer.every(PERIOD_MS, this::lookNow);
    } catch (RejectedExecutionException e) {
      LOG.debug("a query begins while the daemon stops", e);
    }
  }

  private void gone(Query query) {
    synchronized (lock) {
      underWay.remove(query);
      if (query.isEnded) {
        baseBytes =
            Math.max(baseBytes, memory.nativeBytes() - grownBytesMax.getAsLong() + SLACK_BYTES);
      }
      Registration unneeded = underWay.isEmpty() ? looking : null;
      if (unneeded != null) {
        looking = null;
        unneeded.close();
      }
    }
  }

  /** Ends the youngest query if it is time to. Does not block. */
  void lookNow() {
    Query ended;
    long grownBytes;
    long bytesMax = grownBytesMax.getAsLong();
    synchronized (lock) {
      grownBytes = memory.nativeBytes() - baseBytes;
      if (grownBytes <= bytesMax
          || underWay.isEmpty()
          || underWay.stream().anyMatch(query -> query.isEnded)) {
        return;
      }
      ended = underWay.get(underWay.size() - 1);
      ended.isEnded = true;
    }
    LOG.warn("queries made the process {} bytes larger; the youngest is ended", grownBytes);
    ended.end.accept(refusal(grownBytes, bytesMax));
  }

  private BrokerException refusal(long grownBytes, long bytesMax) {
    return BrokerException.of(
            ErrorReason.ERROR_REASON_QUERY_LIMIT,
            ("the values that functions make have made the daemon %d bytes larger, of at most %d;"
                    + " put fewer or shorter texts and lists together, such as left(column, 1000),"
                    + " or ask for fewer rows at a time")
                .formatted(grownBytes, bytesMax))
        .with("limit_bytes", bytesMax);
  }

  /** A query under way; compared by identity. */
  private static final class Query {
    private final Consumer<BrokerException> end;

    // Guarded by the lock.
    private boolean isEnded;

    Query(Consumer<BrokerException> end) {
      this.end = end;
    }
  }
}
