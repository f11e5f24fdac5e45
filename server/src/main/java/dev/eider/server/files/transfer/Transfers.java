package dev.eider.server.files.transfer;

import dev.eider.server.base.BrokerException;
import dev.eider.server.base.Pool;
import dev.eider.server.base.ResponseStream;
import dev.eider.server.base.Threads;
import dev.eider.server.base.Timer;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.ExportRunsResponse;
import dev.eider.v1.ImportRunsResponse;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Runs exports and imports, on threads of their own ({@code transfer-N}) and a timer ({@code
 * transfer-timer}). Thread-safe.
 */
public final class Transfers implements AutoCloseable {
  private final TransferGround ground;
  private final TransferBounds bounds;
  private final Threads threads;
  private final Pool pool;
  private final Timer timer;
  private final Semaphore slots;
  private final AtomicLong fileNumber = new AtomicLong();
  private final Set<TransferCall> calls = ConcurrentHashMap.newKeySet();

  /** Removes what calls before a crash have left in the temporary directory. */
  public Transfers(TransferGround ground, TransferBounds bounds, Threads threads) {
    this.ground = ground;
    this.bounds = bounds;
    this.threads = threads;
    TransferFiles.deleteLeftOver(ground.tempDirectory());
    pool = threads.newPool("transfer", bounds.concurrentMax());
    timer = threads.newTimer("transfer-timer");
    slots = new Semaphore(bounds.concurrentMax());
  }

  /**
   * Makes an export, to be started once somebody wakes it when its responses are ready. Does not
   * block.
   */
  public ExportCall export(ExportOrder order, ResponseStream<ExportRunsResponse> responses) {
    return new ExportCall(order, responses, this, threads.newSignal());
  }

  /**
   * Makes an import, to be started before its sender sends. Does not block.
   *
   * @param askForNext has the sender send the next part; does not block
   */
  public ImportCall importRuns(ResponseStream<ImportRunsResponse> responses, Runnable askForNext) {
    return new ImportCall(responses, askForNext, this, threads.newSignal());
  }

  /** How many are under way. */
  public int count() {
    return calls.size();
  }

  /** Ends what is under way. */
  public void endAll(BrokerException refusal) {
    calls.forEach(call -> call.fail(refusal));
  }

  /** Ends the threads; nothing is answered any more. */
  @Override
  public void close() {
    timer.close();
    pool.close();
  }

  TransferGround ground() {
    return ground;
  }

  TransferBounds bounds() {
    return bounds;
  }

  Timer timer() {
    return timer;
  }

  /** A name for a temporary file that no other has. */
  Path newTempFile(String suffix) {
    return TransferFiles.temporary(ground.tempDirectory(), fileNumber.incrementAndGet(), suffix);
  }

  void remove(TransferCall call) {
    calls.remove(call);
  }

  /**
   * Runs a call on one of the threads.
   *
   * @throws BrokerException OVERLOADED or SHUTTING_DOWN
   */
  void execute(TransferCall call, Runnable work) {
    if (!slots.tryAcquire()) {
      throw BrokerException.of(
              ErrorReason.ERROR_REASON_OVERLOADED,
              "%d exports and imports are under way (transfers-max); ask again when one has ended"
                  .formatted(bounds.concurrentMax()))
          .with("limit", bounds.concurrentMax());
    }
    calls.add(call);
    try {
      pool.execute(
          () -> {
            try {
              work.run();
            } finally {
              calls.remove(call);
              slots.release();
            }
          });
    } catch (RejectedExecutionException e) {
      calls.remove(call);
      slots.release();
      throw BrokerException.of(
          ErrorReason.ERROR_REASON_SHUTTING_DOWN, "the daemon is stopping; ask it when it is back");
    }
  }
}
