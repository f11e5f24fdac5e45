package dev.eider.bench.wire;

import dev.eider.bench.BenchEvent;
import dev.eider.bench.Peer;
import dev.eider.v1.BrokerServiceGrpc;
import dev.eider.v1.PublishResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Publishes by one Publish call a batch. Owned by one thread. */
final class UnaryPublisher implements Peer.Publisher {
  private static final MethodDescriptor<byte[], PublishResponse> METHOD =
      Bytes.request(BrokerServiceGrpc.getPublishMethod());

  private final ManagedChannel channel;

  UnaryPublisher(ManagedChannel channel) {
    this.channel = channel;
  }

  @Override
  public CompletableFuture<Void> publish(int run, List<BenchEvent> batch) {
    CompletableFuture<Void> durable = new CompletableFuture<>();
    ClientCall<byte[], PublishResponse> call = channel.newCall(METHOD, CallOptions.DEFAULT);
    ClientCalls.asyncUnaryCall(
        call, Requests.publish(RunNames.of(run), batch), new Answer(batch.size(), durable));
    return durable;
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  private record Answer(int count, CompletableFuture<Void> durable)
      implements StreamObserver<PublishResponse> {
    @Override
    public void onNext(PublishResponse answer) {
      if (answer.getLastSeq() - answer.getFirstSeq() + 1 == count) {
        durable.complete(null);
      } else {
        durable.completeExceptionally(new AssertionError("not " + count + " seqs: " + answer));
      }
    }

    @Override
    public void onError(Throwable error) {
      durable.completeExceptionally(error);
    }

    @Override
    public void onCompleted() {
      durable.completeExceptionally(new AssertionError("no answer")); // nothing if there was one
    }
  }
}
