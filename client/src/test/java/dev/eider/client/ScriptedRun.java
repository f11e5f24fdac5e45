package dev.eider.client;

import com.google.rpc.Status;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.Event;
import dev.eider.v1.EventEnvelope;
import dev.eider.v1.Producer;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.PublishResponse;
import dev.eider.v1.Run;
import dev.eider.v1.RunOutcome;
import dev.eider.v1.RunState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A run in memory whose producers may not leave gaps, nor repeat themselves. Guarded by the monitor
 * of its log.
 */
final class ScriptedRun {
  private final String runId;
  final List<EventEnvelope> envelopes = new ArrayList<>();
  private final Map<String, Long> lastProducerSeq = new HashMap<>();
  RunOutcome outcome = RunOutcome.RUN_OUTCOME_UNSPECIFIED;

  ScriptedRun(String runId) {
    this.runId = runId;
  }

  boolean isClosed() {
    return outcome != RunOutcome.RUN_OUTCOME_UNSPECIFIED;
  }

  /** Stores the events. */
  PublishResponse append(PublishRequest request) {
    Producer producer = request.getProducer();
    int count = request.getEventsCount();
    if (request.hasProducer()) {
      long last = lastProducerSeq.getOrDefault(producer.getId(), 0L);
      if (producer.getSeq() != last + 1) {
        throw new Refusal(
            Errors.of(
                ErrorReason.ERROR_REASON_PRODUCER_GAP,
                Map.of("expected", "" + (last + 1), "actual", "" + producer.getSeq())));
      }
      lastProducerSeq.put(producer.getId(), last + count);
    }
    if (isClosed()) {
      throw new Refusal(Errors.of(ErrorReason.ERROR_REASON_RUN_CLOSED, Map.of()));
    }
    long first = envelopes.size() + 1L;
    for (int i = 0; i < count; i++) {
      envelopes.add(envelope(first + i, request.getEvents(i)));
    }
    return PublishResponse.newBuilder().setFirstSeq(first).setLastSeq(first + count - 1).build();
  }

  Run describe() {
    return Run.newBuilder()
        .setRunId(runId)
        .setHeadSeq(envelopes.size())
        .setState(isClosed() ? RunState.RUN_STATE_CLOSED : RunState.RUN_STATE_OPEN)
        .setOutcome(outcome)
        .build();
  }

  private EventEnvelope envelope(long seq, Event event) {
    return EventEnvelope.newBuilder().setRunId(runId).setSeq(seq).setEvent(event).build();
  }

  /** Carries an error to where it is answered. */
  static final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;
    final transient Status status;

    Refusal(Status status) {
      super(status.getMessage());
      this.status = status;
    }
  }
}
