package dev.eider.it.testkit.workload;

import dev.eider.it.RawResponse;
import dev.eider.v1.CloseRunRequest;
import dev.eider.v1.ColdStreamRequest;
import dev.eider.v1.ColdStreamResponse;
import dev.eider.v1.DeleteRunRequest;
import dev.eider.v1.DeleteRunResponse;
import dev.eider.v1.ForkRequest;
import dev.eider.v1.ForkResponse;
import dev.eider.v1.GetRunRequest;
import dev.eider.v1.OpenRunRequest;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.PublishResponse;
import dev.eider.v1.Run;
import dev.eider.v1.SubscribeAllRequest;
import dev.eider.v1.SubscribeAllResponse;
import dev.eider.v1.SubscribeRequest;
import dev.eider.v1.SubscribeResponse;
import java.util.List;

/**
 * A client's way to a broker, a real or a simulated one. Calls block the client that makes them,
 * for as long as their deadline; streams are pulled. Thread-safe.
 */
public interface Wire {
  Answer<PublishResponse> publish(PublishRequest request, long deadlineMs);

  /** Sends all without waiting in between; returns the answers in the order of the requests. */
  List<Answer<PublishResponse>> publishRow(List<PublishRequest> requests, long deadlineMs);

  Answer<Run> open(OpenRunRequest request, long deadlineMs);

  Answer<Run> close(CloseRunRequest request, long deadlineMs);

  Answer<DeleteRunResponse> delete(DeleteRunRequest request, long deadlineMs);

  Answer<ForkResponse> fork(ForkRequest request, long deadlineMs);

  Answer<Run> get(GetRunRequest request, long deadlineMs);

  Inflow<RawResponse<SubscribeResponse>> subscribe(SubscribeRequest request);

  Inflow<RawResponse<ColdStreamResponse>> coldStream(ColdStreamRequest request);

  Inflow<RawResponse<SubscribeAllResponse>> subscribeAll(SubscribeAllRequest request);

  /** Lets time pass for the client that calls it. */
  void pause(long ms);

  /** Returns how long a client waits for an answer, on average. */
  int patienceMs();
}
