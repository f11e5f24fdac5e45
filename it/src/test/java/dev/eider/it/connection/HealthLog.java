package dev.eider.it.connection;

import io.grpc.Channel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.time.Duration;
import java.util.List;

/** What a watcher of the daemon's health is told. Thread-safe. */
final class HealthLog extends CallResult<HealthCheckResponse> {
  static HealthLog watch(Channel channel) {
    HealthLog log = new HealthLog();
    HealthGrpc.newStub(channel).watch(HealthCheckRequest.getDefaultInstance(), log);
    return log;
  }

  /** Waits until the daemon is gone; returns what it said in between. */
  List<ServingStatus> toldUntilEnd(Duration atMost) {
    awaitEnd(atMost);
    return responses().stream().map(HealthCheckResponse::getStatus).toList();
  }
}
