package dev.eider.server.run;

/**
 * Who sent a request, and its place among what that producer sent to the run. Immutable.
 *
 * @param epoch >= 0
 * @param seq the producer's own number of the request's first event, >= 1
 */
public record ProducerStamp(String id, long epoch, long seq) {}
