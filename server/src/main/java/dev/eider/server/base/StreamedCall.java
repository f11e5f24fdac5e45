package dev.eider.server.base;

/**
 * A call that is answered by a {@link ResponseStream}, as its transport sees it. Thread-safe; no
 * method blocks.
 */
public interface StreamedCall {
  /** Begins to answer; called once. Throws a refusal, before which nothing has been sent. */
  void start();

  /** Goes on, since the stream may be ready again. */
  void wake();

  /** Ends without an answer, since the caller has gone. */
  void cancel();
}
