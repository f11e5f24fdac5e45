package dev.eider.server.read;

import dev.eider.server.base.BrokerException;

/**
 * Where a reader's stream goes. Called by one thread at a time; no call blocks.
 *
 * @param <N> what is sent
 */
public interface NoticeSink<N> {
  /** Says whether the transport can take more without queueing much. */
  boolean isReady();

  /** Sends one response. */
  void notice(N notice);

  /** Ends the stream well. */
  void complete();

  /** Ends the stream with a refusal. */
  void fail(BrokerException refusal);
}
