package dev.eider.server.files.transfer;

import dev.eider.server.base.BrokerException;
import dev.eider.server.base.PooledCall;
import dev.eider.server.base.ResponseStream;
import dev.eider.server.store.StoreException;
import dev.eider.v1.ErrorReason;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An export or import. When it is ended its work stops soon and removes its files. Thread-safe.
 *
 * @param <T> what it sends
 */
abstract class TransferCall<T> extends PooledCall<T> {
  private static final Logger LOG = LoggerFactory.getLogger(TransferCall.class);

  private final TransferContext context;

  // Written by the transfer thread, read by the timer.
  private volatile boolean isWaiting;

  TransferCall(TransferContext context, ResponseStream<T> responses) {
    super(context.pool(), responses, context.bounds().msMax());
    this.context = context;
  }

  final TransferDependencies daemon() {
    return context.daemon();
  }

  final TransferBounds bounds() {
    return context.bounds();
  }

  final TempFiles tempFiles() {
    return context.tempFiles();
  }

  /** Waits for DuckDB to come so far in the log, or for the end. Blocks. */
  final void awaitPersisted(long position) throws InterruptedException {
    isWaiting = true;
    await(daemon().hub().progress().await(position));
    isWaiting = false;
  }

  @Override
  protected final BrokerException timedOut() {
    long ms = bounds().msMax();
    return isWaiting
        ? BrokerException.of(
                ErrorReason.ERROR_REASON_WAIT_TIMED_OUT,
                "DuckDB did not take what was acknowledged within " + ms + " ms")
            .with("limit", ms)
        : limit("it took longer than " + ms + " ms (transfer-ms-max)", "limit_ms", ms);
  }

  @Override
  protected final @Nullable BrokerException refusal(Exception failure) {
    if (failure instanceof StoreException e) {
      return unavailable("DuckDB cannot be asked at the moment: " + e.getMessage());
    }
    if (failure instanceof IOException e) {
      LOG.warn("an export or import failed", e);
      return unavailable("a file of the daemon's cannot be used: " + e.getMessage());
    }
    return failure instanceof InterruptedException ? unavailable("the daemon is stopping") : null;
  }

  static BrokerException limit(String text, String key, long limit) {
    return BrokerException.of(ErrorReason.ERROR_REASON_QUERY_LIMIT, text).with(key, limit);
  }

  private static BrokerException unavailable(String text) {
    return BrokerException.of(ErrorReason.ERROR_REASON_STORAGE_UNAVAILABLE, text);
  }
}
