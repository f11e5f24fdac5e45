package dev.eider.it.overload;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.eider.it.Refusal;
import dev.eider.v1.RunServiceGrpc;
import dev.eider.v1.WatchRunsRequest;
import dev.eider.v1.WatchRunsResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/** One WatchRuns, which may take nothing from the network. Owned by the test thread. */
final class WatchCall {
  private final CompletableFuture<StatusRuntimeException> ended = new CompletableFuture<>();
  private final ClientCall<WatchRunsRequest, WatchRunsResponse> call;
  private volatile boolean reading;

  private WatchCall(Channel channel, boolean reading) {
    this.reading = reading;
    call = channel.newCall(RunServiceGrpc.getWatchRunsMethod(), CallOptions.DEFAULT);
    call.start(new Listener(), new Metadata());
    call.sendMessage(WatchRunsRequest.getDefaultInstance());
    call.halfClose();
    if (reading) {
      call.request(1);
    }
  }

  static WatchCall reading(Channel channel) {
    return new WatchCall(channel, true);
  }

  static WatchCall stalled(Channel channel) {
    return new WatchCall(channel, false);
  }

  void readOn() {
    reading = true;
    call.request(1);
  }

  void leave() {
    call.cancel("enough", null);
  }

  Refusal awaitRefusal(Duration atMost) {
    try {
      return Refusal.of(ended.get(atMost.toMillis(), MILLISECONDS));
    } catch (TimeoutException e) {
      throw new AssertionError("the watch still ran after " + atMost, e);
    } catch (ExecutionException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  private final class Listener extends ClientCall.Listener<WatchRunsResponse> {
    @Override
    public void onMessage(WatchRunsResponse response) {
      if (reading) {
        call.request(1);
      }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      ended.complete(new StatusRuntimeException(status, trailers));
    }
  }
}
