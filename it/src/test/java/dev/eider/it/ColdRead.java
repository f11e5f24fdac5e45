package dev.eider.it;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.eider.v1.BrokerServiceGrpc;
import dev.eider.v1.ColdStreamRequest;
import dev.eider.v1.ColdStreamResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCalls;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * One finished ColdStream call. Immutable once made.
 *
 * @param checker what has come
 * @param events the same, for tests that look into events
 * @param end what the last response said
 */
public record ColdRead(
    StreamChecker checker, List<RawEnvelope> events, ColdStreamResponse.ColdEnd end) {
  private static final MethodDescriptor<ColdStreamRequest, RawResponse<ColdStreamResponse>> METHOD =
      RawResponse.keepingBytes(
          BrokerServiceGrpc.getColdStreamMethod(), ColdStreamResponse.parser());

  /** Reads all that DuckDB has of a run; blocks until the stream ends. */
  public static ColdRead of(Channel channel, String runId) {
    return of(channel, ColdStreamRequest.newBuilder().setRunId(runId).build());
  }

  public static ColdRead of(Channel channel, ColdStreamRequest request) {
    return of(channel, request, checker(request));
  }

  private static StreamChecker checker(ColdStreamRequest request) {
    if (request.getIncludeInherited()) {
      return request.getAfterRunId().isEmpty()
          ? StreamChecker.timeline(request.getRunId(), request.hasFilter())
          : StreamChecker.timelineAfter(
              request.getRunId(),
              request.getAfterRunId(),
              request.getAfterSeq(),
              request.hasFilter());
    }
    return StreamChecker.of(request.getRunId(), request.getAfterSeq(), request.hasFilter());
  }

  /** Reads a run with all that it inherits. */
  public static ColdRead timeline(Channel channel, String runId) {
    return of(
        channel, ColdStreamRequest.newBuilder().setRunId(runId).setIncludeInherited(true).build());
  }

  private static ColdRead of(Channel channel, ColdStreamRequest request, StreamChecker checker) {
    List<RawEnvelope> events = new ArrayList<>();
    ColdStreamResponse last = ColdStreamResponse.getDefaultInstance();
    Iterator<RawResponse<ColdStreamResponse>> responses =
        ClientCalls.blockingServerStreamingCall(
            channel, METHOD, CallOptions.DEFAULT.withDeadlineAfter(60, SECONDS), request);
    while (responses.hasNext()) {
      if (last.hasEnd()) {
        throw new AssertionError("Grammar: a response came after the end");
      }
      RawResponse<ColdStreamResponse> response = responses.next();
      checker.acceptAll(response.envelopes());
      events.addAll(response.envelopes());
      last = response.message();
    }
    if (!last.hasEnd()) {
      throw new AssertionError("Grammar: the stream ended without an end");
    }
    return new ColdRead(checker, events, last.getEnd());
  }
}
