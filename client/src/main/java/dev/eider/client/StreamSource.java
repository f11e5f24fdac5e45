package dev.eider.client;

import dev.eider.v1.BrokerServiceGrpc;
import dev.eider.v1.ColdStreamRequest;
import dev.eider.v1.EventFilter;
import dev.eider.v1.SubscribeRequest;
import io.grpc.Channel;
import java.util.function.Function;

/**
 * Where a reader's stream comes from, and how to open it again further on. Immutable.
 *
 * @param after where the stream begins
 * @param inherited whether other runs' events may come before those of the run
 * @param filtered whether the stream may leave seqs out
 * @param open opens the stream after a place
 */
record StreamSource(
    String runId,
    ReadPlace after,
    boolean inherited,
    boolean filtered,
    Function<ReadPlace, ResponseReader<?, ?, StreamPart>> open) {

  /** A Subscribe, with notices whatever the request says: the reader needs them. */
  static StreamSource of(SubscribeRequest request, Channel channel) {
    return new StreamSource(
        request.getRunId(),
        new ReadPlace(request.getAfterRunId(), request.getAfterSeq()),
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
        new ReadPlace(request.getAfterRunId(), request.getAfterSeq()),
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
}
