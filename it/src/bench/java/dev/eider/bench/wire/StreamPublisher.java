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
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Publishes over one PublishStream call as a producer, and holds the answers to the seqs that must
 * come. When the daemon says that it is overloaded, everything that it refused is sent again in
 * order, once it has answered all the rest; what comes meanwhile waits behind. Owned by one thread;
 * answers come on the connection's.
 */
final class StreamPublisher extends ClientCall.Listener<PublishStreamResponse>
    implements Peer.Publisher {
  private static final MethodDescriptor<byte[], PublishStreamResponse> METHOD =
      Bytes.request(BrokerServiceGrpc.getPublishStreamMethod());
  private static final Executor LATER =
      CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS);

  private final ManagedChannel channel;
  private final ClientCall<byte[], PublishStreamResponse> call;
  private final Map<Integer, Long> heads = new HashMap<>();

  // Guarded by this, as is sending.
  private final Map<Long, Pending> sent = new HashMap<>();
  private final TreeMap<Long, Pending> refused = new TreeMap<>();
  private long requests;
  private Status ended;

  StreamPublisher(ManagedChannel channel) {
    this.channel = channel;
    this.call = channel.newCall(METHOD, CallOptions.DEFAULT);
    call.start(this, new Metadata());
    call.request(Integer.MAX_VALUE);
  }

  @Override
  public synchronized CompletableFuture<Void> publish(int run, List<BenchEvent> batch) {
    long firstSeq = heads.getOrDefault(run, 0L) + 1;
    heads.put(run, firstSeq + batch.size() - 1);
    Pending one = new Pending(run, firstSeq, batch, new CompletableFuture<>());
    long number = requests++;
    if (ended != null) {
      one.durable().completeExceptionally(new StatusException(ended));
    } else if (refused.isEmpty()) {
      send(number, one);
    } else {
      refused.put(number, one);
    }
    return one.durable();
  }

  private void send(long number, Pending one) {
    sent.put(number, one);
    call.sendMessage(
        Requests.publishStream(
            Long.toString(number), RunNames.of(one.run()), one.firstSeq(), one.batch()));
  }

  @Override
  public void onMessage(PublishStreamResponse response) {
    Pending answered = take(response);
    if (answered != null) {
      answered.complete(response.getPublished());
    }
  }

  private synchronized Pending take(PublishStreamResponse response) {
    long number = Long.parseLong(response.getRequestId());
    Pending one = sent.remove(number);
    if (response.hasError()) {
      refuse(number, one, response);
    }
    if (sent.isEmpty() && !refused.isEmpty()) {
      LATER.execute(this::sendRefused);
    }
    return response.hasError() ? null : one;
  }

  private void refuse(long number, Pending one, PublishStreamResponse response) {
    Status.Code code = Status.fromCodeValue(response.getError().getCode()).getCode();
    // The second is what becomes of the batches behind one that was refused.
    if (code == Status.Code.RESOURCE_EXHAUSTED
        || (code == Status.Code.FAILED_PRECONDITION && !refused.isEmpty())) {
      refused.put(number, one);
    } else {
      one.durable().completeExceptionally(new IllegalStateException(response.toString()));
    }
  }

  private synchronized void sendRefused() {
    TreeMap<Long, Pending> again = new TreeMap<>(refused);
    refused.clear();
    if (ended == null) {
      again.forEach(this::send);
    }
  }

  @Override
  public synchronized void onClose(Status status, Metadata trailers) {
    ended = status;
    sent.values().forEach(one -> one.durable().completeExceptionally(new StatusException(status)));
    refused
        .values()
        .forEach(one -> one.durable().completeExceptionally(new StatusException(status)));
  }

  @Override
  public void close() {
    call.cancel("the publisher is closed", null);
    channel.shutdownNow();
  }

  /** A batch that is not answered, and what the answer must say. */
  private record Pending(
      int run, long firstSeq, List<BenchEvent> batch, CompletableFuture<Void> durable) {
    void complete(PublishResponse answer) {
      if (answer.getFirstSeq() == firstSeq
          && answer.getLastSeq() == firstSeq + batch.size() - 1
          && !answer.getDuplicate()) {
        durable.complete(null);
      } else {
        durable.completeExceptionally(
            new AssertionError(batch.size() + " from seq " + firstSeq + " became " + answer));
      }
    }
  }
}
