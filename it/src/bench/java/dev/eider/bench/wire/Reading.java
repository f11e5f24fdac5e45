package dev.eider.bench.wire;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.eider.bench.Peer;
import dev.eider.v1.BrokerServiceGrpc;
import dev.eider.v1.ColdStreamRequest;
import dev.eider.v1.SubscribeRequest;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;

/**
 * One call that reads a run from its start, held to the seqs that must come. The sink is called on
 * the connection's threads, one at a time.
 */
public final class Reading extends ClientCall.Listener<Stretch> implements AutoCloseable {
  private static final MethodDescriptor<SubscribeRequest, Stretch> SUBSCRIBE =
      Stretch.instead(BrokerServiceGrpc.getSubscribeMethod());
  private static final MethodDescriptor<ColdStreamRequest, Stretch> COLD_STREAM =
      Stretch.instead(BrokerServiceGrpc.getColdStreamMethod());

  /** Messages asked for ahead of those that have come; flow control goes by bytes anyway. */
  private static final int AHEAD = 16;

  private final int run;
  private final Peer.Sink sink;
  private final boolean isChecked;
  private final ClientCall<?, Stretch> call;
  private final CompletableFuture<Long> ended = new CompletableFuture<>();
  private long count;

  private Reading(int run, Peer.Sink sink, boolean isChecked, ClientCall<?, Stretch> call) {
    this.run = run;
    this.sink = sink;
    this.isChecked = isChecked;
    this.call = call;
  }

  /** Follows a run. */
  public static Reading subscribe(Channel channel, int run, Peer.Sink sink) {
    SubscribeRequest request =
        SubscribeRequest.newBuilder().setRunId(RunNames.of(run)).setWaitForRun(true).build();
    ClientCall<SubscribeRequest, Stretch> call = channel.newCall(SUBSCRIBE, CallOptions.DEFAULT);
    return new Reading(run, sink, true, call).started(call, request);
  }

  /** Reads what is stored. */
  public static Reading cold(Channel channel, int run, Peer.Sink sink) {
    ColdStreamRequest request = ColdStreamRequest.newBuilder().setRunId(RunNames.of(run)).build();
    ClientCall<ColdStreamRequest, Stretch> call = channel.newCall(COLD_STREAM, CallOptions.DEFAULT);
    return new Reading(run, sink, true, call).started(call, request);
  }

  /** Reads what {@link EchoServer} sends: the same message, again and again. */
  static Reading echo(Channel channel, SubscribeRequest request, Peer.Sink sink) {
    ClientCall<SubscribeRequest, Stretch> call = channel.newCall(SUBSCRIBE, CallOptions.DEFAULT);
    return new Reading(0, sink, false, call).started(call, request);
  }

  private <Q> Reading started(ClientCall<Q, Stretch> own, Q request) {
    own.start(this, new Metadata());
    own.sendMessage(request);
    own.halfClose();
    own.request(AHEAD);
    return this;
  }

  @Override
  public void onMessage(Stretch stretch) {
    if (stretch.count() > 0) {
      if (isChecked && stretch.firstSeq() != count + 1) {
        AssertionError broken =
            new AssertionError("seq " + stretch.firstSeq() + " follows " + count);
        ended.completeExceptionally(broken);
        call.cancel("seqs are missing", broken);
        return;
      }
      count += stretch.count();
      sink.accept(run, stretch.firstSeq(), stretch.count());
    }
    call.request(1);
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    if (status.isOk()) {
      ended.complete(count);
    } else {
      ended.completeExceptionally(status.asRuntimeException());
    }
  }

  /** Whether it has ended by an error. */
  public boolean hasFailed() {
    return ended.isCompletedExceptionally();
  }

  /** Waits for the end and returns how many events came. */
  public long await(long secondsMax) throws Exception {
    return ended.get(secondsMax, SECONDS);
  }

  @Override
  public void close() {
    call.cancel("the reader leaves", null);
  }
}
