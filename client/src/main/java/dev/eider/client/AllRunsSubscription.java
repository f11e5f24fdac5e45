package dev.eider.client;

import com.google.protobuf.ByteString;
import dev.eider.v1.BrokerServiceGrpc;
import dev.eider.v1.SubscribeAllRequest;
import dev.eider.v1.SubscribeAllResponse;
import io.grpc.ManagedChannel;
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
public final class AllRunsSubscription extends ResumingStream<TokenedBatch, TokenedBatch> {
  private final SubscribeAllRequest request;
  private final ManagedChannel channel;
  private ByteString resumeToken;
  private @Nullable TokenedBatch next;

  AllRunsSubscription(SubscribeAllRequest request, ManagedChannel channel, Wiring wiring) {
    super("all runs", "the subscription is closed", wiring);
    this.request = request;
    this.channel = channel;
    resumeToken = request.getResumeToken();
  }

  /** Opens it with notices, whatever the request says: the reader needs them. */
  @Override
  ResponseReader<?, ?, TokenedBatch> open() {
    return new ResponseReader<>(
            channel, BrokerServiceGrpc.getSubscribeAllMethod(), AllRunsSubscription::batch)
        .start(request.toBuilder().setResumeToken(resumeToken).setNotices(true).build());
  }

  private static TokenedBatch batch(SubscribeAllResponse response) {
    return new TokenedBatch(
        response.getEvents().getEnvelopesList(), response.getResumeToken(), response.hasCaughtUp());
  }

  @Override
  boolean isFilled() {
    return next != null;
  }

  /** Takes a batch, unless it is a notice without news. */
  @Override
  void accept(TokenedBatch batch) {
    if (!batch.events().isEmpty() || batch.caughtUp() || !batch.resumeToken().equals(resumeToken)) {
      next = batch;
    }
  }

  @Override
  TokenedBatch take() {
    TokenedBatch taken = next;
    if (taken == null) {
      throw new NoSuchElementException("there is no batch");
    }
    next = null;
    resumeToken = taken.resumeToken();
    return taken;
  }
}
