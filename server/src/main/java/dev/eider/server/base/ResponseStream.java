package dev.eider.server.base;

/**
 * The responses to one caller, whatever the transport.
 *
 * <p>One thread at a time calls {@link #next}, {@link #end} and {@link #fail}; any thread may ask
 * {@link #isReady}. No call blocks. Responses reach the caller in the order in which they were
 * sent. Exactly one of {@link #end} and {@link #fail} is the last call, unless the caller goes away
 * first; after that, whatever is still sent is dropped.
 *
 * @param <T> what is sent
 */
public interface ResponseStream<T> {
  /**
   * Returns whether the transport takes more without queueing much. A sender that finds it is not
   * ready stops, and is woken when it is again.
   */
  boolean isReady();

  /** Sends one response. */
  void next(T response);

  /** Ends the stream well. */
  void end();

  /** Ends the stream with a refusal. */
  void fail(BrokerException refusal);
}
