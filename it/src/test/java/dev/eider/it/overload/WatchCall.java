package dev.eider.it.overload;

import dev.eider.it.StreamCall;
import dev.eider.v1.RunServiceGrpc;
import dev.eider.v1.WatchRunsRequest;
import dev.eider.v1.WatchRunsResponse;
import io.grpc.Channel;

/** One WatchRuns, which may take nothing from the network. */
final class WatchCall extends StreamCall<WatchRunsRequest, WatchRunsResponse> {
  private WatchCall(Channel channel, boolean reading) {
    super(channel, RunServiceGrpc.getWatchRunsMethod(), reading);
    start(WatchRunsRequest.getDefaultInstance());
  }

  static WatchCall reading(Channel channel) {
    return new WatchCall(channel, true);
  }

  static WatchCall stalled(Channel channel) {
    return new WatchCall(channel, false);
  }

  @Override
  protected void take(WatchRunsResponse response) {}
}
