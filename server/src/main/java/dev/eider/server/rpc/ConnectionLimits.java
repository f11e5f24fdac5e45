package dev.eider.server.rpc;

/**
 * How long connections last. Immutable.
 *
 * @param keepaliveMs silence after which a client is pinged
 * @param keepaliveTimeoutMs how long it may take to answer before its connection is closed, and its
 *     calls and streams with it
 * @param idleMs how long a connection without calls is kept; 0 for ever
 * @param ageMs how old a connection gets, give or take a tenth, before its client is told to open
 *     another for new calls; 0 for ever
 * @param graceMs how long the calls of a connection that is too old may go on before it is closed
 */
public record ConnectionLimits(
    long keepaliveMs, long keepaliveTimeoutMs, long idleMs, long ageMs, long graceMs) {
  /** Returns how long a client that has gone without a word may go unnoticed. */
  long silentMsMax() {
    return keepaliveMs + keepaliveTimeoutMs;
  }
}
