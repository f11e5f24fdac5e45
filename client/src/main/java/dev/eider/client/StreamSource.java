package dev.eider.client;

import dev.eider.v1.BrokerServiceGrpc;
import dev.eider.v1.ColdStreamRequest;
import dev.eider.v1.ColdStreamResponse;
import dev.eider.v1.EventEnvelope;
import dev.eider.v1.EventFilter;
import dev.eider.v1.SubscribeRequest;
import dev.eider.v1.SubscribeResponse;
import io.grpc.Channel;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The stream that a reader reads, and the way to reopen it at a later point. Immutable.
 *
 * @param after the point after which the stream begins
 * @param inherited whether inherited events come before those of the run
 * @param filtered whether seqs may be missing from the stream
 * @param open opens the stream after a point
 */
record StreamSource(
    String runId,
    ResumePoint after,
    boolean inherited,
    boolean filtered,
    Function<ResumePoint, ResponseReader<?, ?, StreamPart>> open) {

  /** Returns a Subscribe with notices, whatever the request says: the reader needs them. */
  static StreamSource of(SubscribeRequest request, Channel channel) {
    return new StreamSource(
        request.getRunId(),
        new ResumePoint(request.getAfterRunId(), request.getAfterSeq()),
        request.getIncludeInherited(),
        narrows(request.getFilter()),
        after ->
            new ResponseReader<>(channel, BrokerServiceGrpc.getSubscribeMethod(), StreamPart::of)
                .start(
                    request.toBuilder()
                        .setAfterRunId(after.runId())
                        .setAfterSeq(after.seq())
                        .setNotices(true)
                        .build()));
  }

  static StreamSource of(ColdStreamRequest request, Channel channel) {
    return new StreamSource(
        request.getRunId(),
        new ResumePoint(request.getAfterRunId(), request.getAfterSeq()),
        request.getIncludeInherited(),
        narrows(request.getFilter()),
        after ->
            new ResponseReader<>(channel, BrokerServiceGrpc.getColdStreamMethod(), StreamPart::of)
                .start(
                    request.toBuilder()
                        .setAfterRunId(after.runId())
                        .setAfterSeq(after.seq())
                        .build()));
  }

  private static boolean narrows(EventFilter filter) {
    return !filter.equals(EventFilter.getDefaultInstance());
  }

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
}
