package dev.eider.it.history;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.eider.it.Refusal;
import dev.eider.v1.BrokerServiceGrpc;
import dev.eider.v1.BrokerServiceGrpc.BrokerServiceBlockingStub;
import dev.eider.v1.RunServiceGrpc;
import dev.eider.v1.RunServiceGrpc.RunServiceBlockingStub;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.channels.ClosedChannelException;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** Makes a call again until its outcome is known, with short deadlines. Owned by one thread. */
final class Attempts {
  private static final Set<Status.Code> IN_DOUBT =
      Set.of(Status.Code.UNAVAILABLE, Status.Code.CANCELLED, Status.Code.DEADLINE_EXCEEDED);

  private static final Set<String> TRY_AGAIN = Set.of("OVERLOADED", "STORAGE_FULL");

  /**
   * Says whether a call that ended like this has an open outcome. UNKNOWN is a defect if the daemon
   * says it; gRPC's client makes one of its own when the connection closes under a request that is
   * being written, and then has the cause at hand.
   */
  static boolean isInDoubt(Status status) {
    return IN_DOUBT.contains(status.getCode())
        || (status.getCode() == Status.Code.UNKNOWN
            && status.getCause() instanceof ClosedChannelException);
  }

  /** One try; the stubs are good for one call. */
  interface Call<T> {
    T on(BrokerServiceBlockingStub broker, RunServiceBlockingStub runs);
  }

  /**
   * How it ended.
   *
   * @param value null unless it succeeded
   * @param reason of the refusal, empty unless it was refused
   * @param wasInDoubt some try before may have succeeded
   */
  record Answer<T>(T value, String reason, boolean wasInDoubt) {
    boolean isOk() {
      return value != null;
    }

    boolean isRefused() {
      return !reason.isEmpty();
    }
  }

  private final Channel channel;
  private final Random random;
  private final Tally tally;

  Attempts(Channel channel, Random random, Tally tally) {
    this.channel = channel;
    this.random = random;
    this.tally = tally;
  }

  /**
   * Blocks until the call is answered, or has been made a number of times in vain.
   *
   * @throws AssertionError when it ends as no call should
   */
  <T> Answer<T> make(int triesMax, Call<T> call) {
    boolean inDoubt = false;
    for (int tries = 0; tries < triesMax; tries++) {
      if (tries > 0) {
        tally.retries.incrementAndGet();
        LockSupport.parkNanos(MILLISECONDS.toNanos(5 + random.nextInt(100)));
      }
      try {
        return new Answer<>(once(call), "", inDoubt);
      } catch (StatusRuntimeException e) {
        Refusal refusal = Refusal.of(e);
        if (isInDoubt(e.getStatus())) {
          inDoubt = true;
          tally.doubts.incrementAndGet();
        } else if (refusal.reason().isEmpty() || refusal.reason().equals("INTERNAL")) {
          throw new AssertionError("a call ended with " + refusal, e);
        } else if (!TRY_AGAIN.contains(refusal.reason())) {
          return new Answer<>(null, refusal.reason(), inDoubt);
        } else if (refusal.reason().equals("STORAGE_FULL")) {
          tally.full.incrementAndGet();
        }
      }
    }
    return new Answer<>(null, inDoubt ? "" : "given up", inDoubt);
  }

  private <T> T once(Call<T> call) {
    long deadlineMs = 300 + random.nextInt(1500);
    return call.on(
        BrokerServiceGrpc.newBlockingStub(channel).withDeadlineAfter(deadlineMs, MILLISECONDS),
        RunServiceGrpc.newBlockingStub(channel).withDeadlineAfter(deadlineMs, MILLISECONDS));
  }
}
