package dev.eider.it;

import dev.eider.v1.RunServiceGrpc;
import dev.eider.v1.WatchRunsRequest;
import dev.eider.v1.WatchRunsResponse;
import io.grpc.Channel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** One WatchRuns, which may take nothing from the network. */
public final class WatchCall extends StreamCall<WatchRunsRequest, WatchRunsResponse> {
  private final List<WatchRunsResponse> responses = new CopyOnWriteArrayList<>();

  private WatchCall(Channel channel, boolean reading) {
    super(channel, RunServiceGrpc.getWatchRunsMethod(), reading);
    start(WatchRunsRequest.getDefaultInstance());
  }

  public static WatchCall reading(Channel channel) {
    return new WatchCall(channel, true);
  }

  public static WatchCall stalled(Channel channel) {
    return new WatchCall(channel, false);
  }

  /** Waits for a response; returns the first such. */
  public WatchRunsResponse await(Predicate<WatchRunsResponse> which, Duration atMost) {
    await("a change", atMost, () -> responses.stream().anyMatch(which));
    return responses.stream().filter(which).findFirst().orElseThrow();
  }

  @Override
  protected void take(WatchRunsResponse response) {
    responses.add(response);
  }
}
