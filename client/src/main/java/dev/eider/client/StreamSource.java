package dev.eider.client;

import dev.eider.v1.BrokerServiceGrpc;
import dev.eider.v1.ColdStreamRequest;
import dev.eider.v1.EventFilter;
import dev.eider.v1.SubscribeRequest;
import io.grpc.Channel;
import java.util.function.LongFunction;

/**
 * Where a reader's stream comes from, and how to open it again further on. Immutable.
 *
 * @param filtered whether the stream may leave seqs out
 * @param open opens the stream after a seq
 */
record StreamSource(
    String runId, long afterSeq, boolean filtered, LongFunction<ResponseReader<?, ?>> open) {

  /** A Subscribe, with notices whatever the request says: the reader needs them. */
  static StreamSource of(SubscribeRequest request, Channel channel) {
    return new StreamSource(
        request.getRunId(),
        request.getAfterSeq(),
        narrows(request.getFilter()),
        afterSeq ->
            new ResponseReader<>(channel, BrokerServiceGrpc.getSubscribeMethod(), StreamPart::of)
                .start(request.toBuilder().setAfterSeq(afterSeq).setNotices(true).build()));
  }

  static StreamSource of(ColdStreamRequest request, Channel channel) {
    return new StreamSource(
        request.getRunId(),
        request.getAfterSeq(),
        narrows(request.getFilter()),
        afterSeq ->
            new ResponseReader<>(channel, BrokerServiceGrpc.getColdStreamMethod(), StreamPart::of)
                .start(request.toBuilder().setAfterSeq(afterSeq).build()));
  }

  private static boolean narrows(EventFilter filter) {
    return !filter.equals(EventFilter.getDefaultInstance());
  }
}
