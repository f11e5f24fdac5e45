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
 * resume after it. It ends only when it is closed.
 *
 * <p>A consumer that stores the token together with what it makes of the batch, in one transaction,
 * and begins with it the next time, has each event exactly once. A batch without events moves the
 * token on past what a filter left out, or says that everything so far has been handed out.
 *
 * <p>When the connection is lost or the daemon stops, the next call resumes after the last batch
 * that was handed out, with a backoff, until the resume timeout has passed without success. A
 * stream that says nothing, not even a heartbeat, for the idle timeout counts as lost.
 *
 * <p>Owned by one consuming thread, but for {@link #close}, which any thread may call.
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
                    // With notices whatever the request says: the reader needs them.
                    .start(
                        request.toBuilder().setResumeToken(resumeToken).setNotices(true).build()),
            wiring);
  }

  private static TokenedBatch batch(SubscribeAllResponse response) {
    return new TokenedBatch(
        response.getEvents().getEnvelopesList(), response.getResumeToken(), response.hasCaughtUp());
  }

  /**
   * Blocks until there is a batch; while nothing is published that may take as long as the daemon
   * lives.
   *
   * @return false after close
   * @throws EiderException if the stream failed for good
   */
  @Override
  public boolean hasNext() {
    return fill(ResumingStream.FOREVER_NANOS);
  }

  /** The next batch; blocks as {@link #hasNext} does. */
  @Override
  public TokenedBatch next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the subscription is closed");
    }
    return take();
  }

  /**
   * Waits for the next batch, for at most this long.
   *
   * @return null when there was none in time, and after close
   * @throws EiderException if the stream failed for good
   */
  public @Nullable TokenedBatch poll(Duration timeout) {
    return fill(timeout.toNanos()) ? take() : null;
  }

  /** Drops the stream; a thread that waits for a batch returns at once. */
  @Override
  public void close() {
    stream.close();
  }

  private boolean fill(long timeoutNanos) {
    return stream.fill(timeoutNanos, () -> next != null, this::accept);
  }

  /** A notice that has nothing new to say is not handed out. */
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
