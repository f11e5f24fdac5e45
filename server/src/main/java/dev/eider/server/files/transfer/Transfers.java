package dev.eider.server.files.transfer;

import dev.eider.server.base.BrokerException;
import dev.eider.server.base.CallPool;
import dev.eider.server.base.ResponseStream;
import dev.eider.server.base.StreamedCall;
import dev.eider.server.base.Threads;
import dev.eider.v1.ExportRunsResponse;
import dev.eider.v1.ImportRunsResponse;

/**
 * Runs exports and imports, on threads of their own ({@code transfer-N}) and a timer ({@code
 * transfer-timer}). Thread-safe.
 */
public final class Transfers implements AutoCloseable {
  private final TransferContext context;
  private final CallPool pool;

  /** Removes what calls before a crash have left in the temporary directory. */
  public Transfers(TransferDependencies daemon, TransferBounds bounds, Threads threads) {
    TransferFiles.deleteLeftOver(daemon.tempDirectory());
    pool =
        new CallPool(
            threads,
            "transfer",
            bounds.concurrentMax(),
            "%d exports and imports are under way (transfers-max); ask again when one has ended");
    context = new TransferContext(daemon, bounds, new TempFiles(daemon.tempDirectory(), ""), pool);
  }

  /**
   * Makes an export, to be started once it is woken when its responses are ready. Does not block.
   */
  public StreamedCall export(ExportOrder order, ResponseStream<ExportRunsResponse> responses) {
    return new ExportCall(order, responses, context);
  }

  /**
   * Makes an import, to be started before its sender sends. Does not block.
   *
   * @param askForNext has the sender send the next part; does not block
   */
  public ImportCall importRuns(ResponseStream<ImportRunsResponse> responses, Runnable askForNext) {
    return new ImportCall(responses, askForNext, context);
  }

  /** Returns how many are under way. */
  public int count() {
    return pool.count();
  }

  /** Ends what is under way. */
  public void endAll(BrokerException refusal) {
    pool.endAll(refusal);
  }

  /** Ends the threads; nothing is answered any more. */
  @Override
  public void close() {
    pool.close();
  }
}
