package dev.eider.it;

import dev.eider.v1.BrokerServiceGrpc;
import io.grpc.Channel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;

/**
 * Watches what the daemon says of its health, as a whole and of its broker, until its process ends.
 * Thread-safe.
 */
public final class HealthWatch {
  private final CallResult<HealthCheckResponse> whole;
  private final CallResult<HealthCheckResponse> broker;

  public HealthWatch(Channel channel) {
    whole = watch(channel, "");
    broker = watch(channel, BrokerServiceGrpc.SERVICE_NAME);
  }

  private static CallResult<HealthCheckResponse> watch(Channel channel, String service) {
    CallResult<HealthCheckResponse> statuses = new CallResult<>();
    HealthGrpc.newStub(channel)
        .watch(HealthCheckRequest.newBuilder().setService(service).build(), statuses);
    return statuses;
  }

  public void awaitServing(Duration atMost) {
    await(ServingStatus.SERVING, atMost);
  }

  public void awaitNotServing(Duration atMost) {
    await(ServingStatus.NOT_SERVING, atMost);
  }

  private void await(ServingStatus status, Duration atMost) {
    Awaitility.await("health is " + status)
        .atMost(atMost)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> isLast(status, whole) && isLast(status, broker));
  }

  private static boolean isLast(ServingStatus status, CallResult<HealthCheckResponse> told) {
    List<ServingStatus> seen = seen(told);
    return !seen.isEmpty() && seen.get(seen.size() - 1) == status;
  }

  private static List<ServingStatus> seen(CallResult<HealthCheckResponse> told) {
    return told.responses().stream().map(HealthCheckResponse::getStatus).toList();
  }

  /** What was told of the whole since the watch began, in order. */
  public List<ServingStatus> seen() {
    return seen(whole);
  }

  /** Waits until the daemon is gone; returns what it told. */
  public List<ServingStatus> seenUntilEnd(Duration atMost) {
    whole.awaitEnd(atMost);
    return seen();
  }
}
