package dev.eider.server.api;

import dev.eider.server.event.EncodedEvent;
import dev.eider.server.event.Micros;
import dev.eider.server.event.RunId;
import dev.eider.server.sequencer.Applied;
import dev.eider.server.sequencer.Command;
import dev.eider.v1.Event;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.PublishResponse;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** Turns publish requests into commands and their outcomes into answers. Thread-safe. */
public record PublishRequests(RequestLimits limits, InstantSource clock) {
  /** Checks a request and encodes its events; throws a refusal. */
  public Command.Publish toCommand(PublishRequest request) {
    RunId runId = RequestValidator.runId("run_id", request.getRunId());
    RequestValidator.eventCount(request.getEventsCount(), limits);
    RequestValidator.requestSize(request, limits);
    if (request.getEventsCount() == 0 && !request.getCloseRun() && !request.getOpenIfMissing()) {
      throw RequestValidator.invalid("events", "at least one is needed");
    }
    return new Command.Publish(
        runId,
        encode(request.getEventsList()),
        request.getOpenIfMissing(),
        request.hasExpectedSeq()
            ? (Long) RequestValidator.atLeast("expected_seq", request.getExpectedSeq(), 0)
            : null,
        request.hasProducer() ? RequestValidator.producer(request.getProducer()) : null,
        request.getCloseRun());
  }

  public static PublishResponse toResponse(Applied applied) {
    return PublishResponse.newBuilder()
        .setFirstSeq(applied.firstSeq())
        .setLastSeq(applied.lastSeq())
        .setDuplicate(applied.duplicate())
        .build();
  }

  private List<EncodedEvent> encode(List<Event> events) {
    long nowUs = Micros.now(clock);
    List<EncodedEvent> encoded = new ArrayList<>(events.size());
    for (int i = 0; i < events.size(); i++) {
      encoded.add(EncodedEvent.of(EventValidator.complete(events.get(i), i, nowUs)));
    }
    return encoded;
  }
}
