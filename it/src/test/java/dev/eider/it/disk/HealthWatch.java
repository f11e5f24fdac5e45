package dev.eider.it.disk;

import dev.eider.it.Daemon;
import dev.eider.v1.BrokerServiceGrpc;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;

/**
 * Watches what the daemon says of its health, as a whole and of its broker, until its process ends.
 * Thread-safe.
 */
final class HealthWatch {
  private final Statuses whole;
  private final Statuses broker;

  HealthWatch(Daemon daemon) {
    whole = new Statuses(daemon, "");
    broker = new Statuses(daemon, BrokerServiceGrpc.SERVICE_NAME);
  }

  void awaitServing(Duration atMost) {
    await(ServingStatus.SERVING, atMost);
  }

  void awaitNotServing(Duration atMost) {
    await(ServingStatus.NOT_SERVING, atMost);
  }

  private void await(ServingStatus status, Duration atMost) {
    Awaitility.await("health is " + status)
        .atMost(atMost)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> whole.last() == status && broker.last() == status);
  }

  /** How often it has changed since the watch began. */
  int changes() {
    return Math.max(0, whole.seen.size() - 1);
  }

  List<ServingStatus> seen() {
    return List.copyOf(whole.seen);
  }

  private static final class Statuses implements StreamObserver<HealthCheckResponse> {
    private final List<ServingStatus> seen = new CopyOnWriteArrayList<>();

    Statuses(Daemon daemon, String service) {
      HealthGrpc.newStub(daemon.channel())
          .watch(HealthCheckRequest.newBuilder().setService(service).build(), this);
    }

    ServingStatus last() {
      return seen.isEmpty() ? ServingStatus.UNKNOWN : seen.get(seen.size() - 1);
    }

    @Override
    public void onNext(HealthCheckResponse response) {
      seen.add(response.getStatus());
    }

    @Override
    public void onError(Throwable daemonIsGone) {}

    @Override
    public void onCompleted() {}
  }
}
