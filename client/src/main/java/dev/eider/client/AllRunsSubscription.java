package dev.eider.client;

import com.google.protobuf.ByteString;
import dev.eider.v1.BrokerServiceGrpc;
import dev.eider.v1.SubscribeAllRequest;
import dev.eider.v1.SubscribeAllResponse;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Reads the events of all runs in the order of the daemon's log, in batches, each with the token to
 * resume after it. The subscription ends only when it is closed.
 *
 * <p>A consumer that stores the token in the same transaction as its results, and resumes from it,
 * has each event exactly once. A batch without events moves the token past what a filter left out,
 * or reports that everything so far has been returned.
 *
 * <p>When the connection is lost or the daemon stops, the next call resumes after the last batch
 * that was returned. It retries with a backoff until the resume timeout has passed. A stream that
 * is silent for the idle timeout, without even a heartbeat, counts as lost.
 *
 * <p>Owned by one consuming thread, except {@link #close}, which any thread may call.
 */
public final class AllRunsSubscription implements Iterator<TokenedBatch>, AutoCloseable {
  private final ResumingStream<TokenedBatch> stream;
  private ByteString resumeToken;
  private @Nullable TokenedBatch next;

  AllRunsSubscription(
      SubscribeAllRequest request, ManagedChannel channel, ResumingStream.Wiring wiring) {
    resumeToken = request.getResumeToken();
    stream =
        new ResumingStream<>(
            "all runs",
            this,
            () ->
                new ResponseReader<>(
                        channel,
                        BrokerServiceGrpc.getSubscribeAllMethod(),
                        AllRunsSubscription::batch)
                    // The reader needs notices, whatever the request says.
                    .start(
                        request.toBuilder().setResumeToken(resumeToken).setNotices(true).build()),
            wiring);
  }

  private static TokenedBatch batch(SubscribeAllResponse response) {
    return new TokenedBatch(
        response.getEvents().getEnvelopesList(), response.getResumeToken(), response.hasCaughtUp());
  }

  /**
   * Blocks until there is a batch. While nothing is published, that may take forever.
   *
   * @return false after close
   * @throws EiderException if the stream failed for good
   */
  @Override
  public boolean hasNext() {
    return fill(ResumingStream.FOREVER_NANOS);
  }

  /** Returns the next batch; blocks as {@link #hasNext} does. */
  @Override
  public TokenedBatch next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the subscription is closed");
    }
    return take();
  }

  /**
   * Waits for the next batch, for at most the given time.
   *
   * @return null if there was none in time, and after close
   * @throws EiderException if the stream failed for good
   */
  public @Nullable TokenedBatch poll(Duration timeout) {
    return fill(timeout.toNanos()) ? take() : null;
  }

  /** Cancels the stream; a thread that waits for a batch returns at once. */
  @Override
  public void close() {
    stream.close();
  }

  private boolean fill(long timeoutNanos) {
    return stream.fill(timeoutNanos, () -> next != null, this::accept);
  }

  /** Takes a batch, unless it is a notice without news. */
  private void accept(TokenedBatch batch) {
    if (!batch.events().isEmpty() || batch.caughtUp() || !batch.resumeToken().equals(resumeToken)) {
      next = batch;
    }
  }

  private TokenedBatch take() {
    TokenedBatch taken = next;
    if (taken == null) {
      throw new NoSuchElementException("there is no batch");
    }
    next = null;
    resumeToken = taken.resumeToken();
    return taken;
  }
}
