package dev.eider.client;

import dev.eider.v1.ColdStreamResponse;
import dev.eider.v1.EventEnvelope;
import dev.eider.v1.SubscribeResponse;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The content of one response, in one shape for Subscribe and ColdStream. Immutable.
 *
 * @param scannedRunId the run that {@code scannedSeq} is of; empty for the run asked for
 * @param scannedSeq the seq up to which every match has been sent; 0 if the response has none
 */
record StreamPart(
    List<EventEnvelope> events,
    String scannedRunId,
    long scannedSeq,
    SubscribeResponse.@Nullable RunClosed runClosed,
    ColdStreamResponse.@Nullable ColdEnd end) {

  static StreamPart of(SubscribeResponse response) {
    return new StreamPart(
        response.getEvents().getEnvelopesList(),
        response.getProgress().getRunId(),
        response.getProgress().getScannedSeq(),
        response.hasRunClosed() ? response.getRunClosed() : null,
        null);
  }

  static StreamPart of(ColdStreamResponse response) {
    return new StreamPart(
        response.getEvents().getEnvelopesList(),
        "",
        0,
        null,
        response.hasEnd() ? response.getEnd() : null);
  }
}
