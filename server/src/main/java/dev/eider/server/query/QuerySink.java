package dev.eider.server.query;

import dev.eider.server.base.BrokerException;
import dev.eider.v1.QueryResponse;

/** Where an answer goes. Used by one thread at a time, but for {@link #isReady}; never blocks. */
public interface QuerySink {
  /** Says whether the transport takes more without queueing it. */
  boolean isReady();

  void next(QueryResponse response);

  void complete();

  void fail(BrokerException refusal);
}
