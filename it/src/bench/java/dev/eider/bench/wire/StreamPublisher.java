package dev.eider.bench.wire;

import dev.eider.bench.BenchEvent;
import dev.eider.bench.Peer;
import dev.eider.v1.BrokerServiceGrpc;
import dev.eider.v1.PublishResponse;
import dev.eider.v1.PublishStreamResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Publishes over one PublishStream call, and holds the answers to the seqs that must come. Owned by
 * one thread; answers come on the connection's.
 */
final class StreamPublisher extends ClientCall.Listener<PublishStreamResponse>
    implements Peer.Publisher {
  private static final MethodDescriptor<byte[], PublishStreamResponse> METHOD =
      Bytes.request(BrokerServiceGrpc.getPublishStreamMethod());

  private final ManagedChannel channel;
  private final ClientCall<byte[], PublishStreamResponse> call;
  private final Map<String, Pending> pending = new ConcurrentHashMap<>();
  private final Map<Integer, Long> heads = new HashMap<>();
  private long requests;
  private volatile Status ended;

  StreamPublisher(ManagedChannel channel) {
    this.channel = channel;
    this.call = channel.newCall(METHOD, CallOptions.DEFAULT);
    call.start(this, new Metadata());
    call.request(Integer.MAX_VALUE);
  }

  @Override
  public CompletableFuture<Void> publish(int run, List<BenchEvent> batch) {
    String requestId = Long.toString(requests++);
    long firstSeq = heads.getOrDefault(run, 0L) + 1;
    heads.put(run, firstSeq + batch.size() - 1);
    Pending one = new Pending(firstSeq, batch.size(), new CompletableFuture<>());
    pending.put(requestId, one);
    if (ended != null) {
      fail(ended);
    } else {
      call.sendMessage(Requests.publishStream(requestId, RunNames.of(run), batch));
    }
    return one.durable();
  }

  @Override
  public void onMessage(PublishStreamResponse response) {
    Pending one = pending.remove(response.getRequestId());
    if (response.hasError()) {
      one.durable()
          .completeExceptionally(new IllegalStateException(response.getError().toString()));
    } else {
      one.answered(response.getPublished());
    }
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    ended = status;
    fail(status);
  }

  private void fail(Status status) {
    for (String requestId : pending.keySet()) {
      Pending one = pending.remove(requestId);
      if (one != null) {
        one.durable().completeExceptionally(new StatusException(status));
      }
    }
  }

  @Override
  public void close() {
    call.cancel("the publisher is closed", null);
    channel.shutdownNow();
  }

  /** A batch that is not answered, and what the answer must say. */
  private record Pending(long firstSeq, int count, CompletableFuture<Void> durable) {
    void answered(PublishResponse answer) {
      if (answer.getFirstSeq() == firstSeq && answer.getLastSeq() == firstSeq + count - 1) {
        durable.complete(null);
      } else {
        durable.completeExceptionally(
            new AssertionError(
                "seqs "
                    + answer.getFirstSeq()
                    + " to "
                    + answer.getLastSeq()
                    + " instead of "
                    + count
                    + " from "
                    + firstSeq));
      }
    }
  }
}
