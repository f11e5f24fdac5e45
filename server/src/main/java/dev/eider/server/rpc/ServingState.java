package dev.eider.server.rpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.eider.v1.BrokerServiceGrpc;
import dev.eider.v1.RunServiceGrpc;
import io.grpc.BindableService;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;

/** What the health service answers: SERVING while publishes are accepted. Thread-safe. */
public final class ServingState {
  private final HealthStatusManager health = new HealthStatusManager();

  @GuardedBy("this")
  private boolean hasStarted;

  @GuardedBy("this")
  private boolean accepts = true;

  /** Begins with NOT_SERVING. */
  public ServingState() {
    setStatus(ServingStatus.NOT_SERVING);
  }

  /** Notes that the daemon has started. */
  public synchronized void started() {
    hasStarted = true;
    tell();
  }

  /** Notes whether publishes are accepted. */
  public synchronized void setAccepting(boolean isAccepting) {
    accepts = isAccepting;
    tell();
  }

  /** Answers NOT_SERVING from now on. */
  public void end() {
    health.enterTerminalState();
  }

  BindableService service() {
    return health.getHealthService();
  }

  @GuardedBy("this")
  private void tell() {
    setStatus(hasStarted && accepts ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
  }

  private void setStatus(ServingStatus status) {
    health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
    health.setStatus(BrokerServiceGrpc.SERVICE_NAME, status);
    health.setStatus(RunServiceGrpc.SERVICE_NAME, status);
  }
}
