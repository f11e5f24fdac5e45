package dev.eider.it.fuzz;

import dev.eider.it.Refusal;
import dev.eider.v1.ErrorReason;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Judges how calls end, and counts. A call ends OK, or with a reason that error.proto documents and
 * that is not INTERNAL, or with one of the few statuses that gRPC itself gives before or instead of
 * the daemon. Thread-safe.
 */
final class Verdicts {
  /** What gRPC answers by itself: these have no reason, whatever the method. */
  private static final Map<Status.Code, String> OF_GRPC =
      Map.of(
          Status.Code.UNIMPLEMENTED, "(Method not found|Can't find decompressor).*",
          Status.Code.RESOURCE_EXHAUSTED, "gRPC message exceeds maximum size.*",
          Status.Code.INTERNAL, "(Half-closed without a request|Too many requests).*");

  private final TreeMap<String, Integer> counts = new TreeMap<>();

  /**
   * @param kind what was sent, for the table
   * @param isOurEnd whether the caller cancelled or set a deadline
   */
  void judge(Target target, String kind, boolean isOurEnd, RawCall.Outcome outcome) {
    Status status = outcome.status();
    Refusal refusal = refusal(outcome);
    count("sent: " + kind);
    count(
        "ended: " + status.getCode() + (refusal.reason().isEmpty() ? "" : " " + refusal.reason()));
    boolean isFine =
        status.isOk()
            || (refusal.reason().isEmpty()
                ? isPlain(target, isOurEnd, status)
                : isDocumented(refusal));
    if (!isFine) {
      throw new AssertionError(target.method() + ", " + kind + ": ended with " + refusal);
    }
  }

  /** What a call was refused with; without a reason if it was not, or not by Eider. */
  static Refusal refusal(RawCall.Outcome outcome) {
    return Refusal.of(new StatusRuntimeException(outcome.status(), outcome.trailers()));
  }

  /** The reason in an answer on a stream of publishes, which must be a documented one. */
  static String documentedReason(com.google.rpc.Status error) {
    Refusal refusal = Refusal.of(error);
    if (refusal.reason().isEmpty() || !isDocumented(refusal)) {
      throw new AssertionError("on a stream: " + refusal);
    }
    return refusal.code() + " " + refusal.reason();
  }

  private static boolean isDocumented(Refusal refusal) {
    return refusal.domain().equals("eider.dev")
        && ErrorReason.valueOf("ERROR_REASON_" + refusal.reason())
            != ErrorReason.ERROR_REASON_INTERNAL
        && refusal.code() != Status.Code.UNKNOWN
        && refusal.code() != Status.Code.INTERNAL;
  }

  private static boolean isPlain(Target target, boolean isOurEnd, Status status) {
    Status.Code code = status.getCode();
    String text = String.valueOf(status.getDescription());
    if (isOurEnd && (code == Status.Code.CANCELLED || code == Status.Code.DEADLINE_EXCEEDED)) {
      return true;
    }
    if (OF_GRPC.containsKey(code) && text.matches("(?s)" + OF_GRPC.get(code))) {
      return true;
    }
    // Health, reflection and channelz are gRPC's own services, with errors of their own.
    return !target.isEider()
        && Set.of(Status.Code.NOT_FOUND, Status.Code.INVALID_ARGUMENT, Status.Code.UNIMPLEMENTED)
            .contains(code);
  }

  synchronized void count(String what) {
    counts.merge(what, 1, Integer::sum);
  }

  @Override
  public synchronized String toString() {
    StringBuilder table = new StringBuilder();
    counts.forEach((what, count) -> table.append(String.format("%9d  %s%n", count, what)));
    return table.toString();
  }
}
