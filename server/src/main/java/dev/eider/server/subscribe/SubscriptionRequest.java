package dev.eider.server.subscribe;

import dev.eider.server.run.EventMatcher;
import dev.eider.server.run.RunId;

/**
 * What a subscriber wants, checked. Immutable.
 *
 * @param afterSeq exclusive
 * @param eventsMax the most events in one response, >= 1
 * @param notices whether to send anything but events
 */
public record SubscriptionRequest(
    RunId runId,
    long afterSeq,
    EventMatcher matcher,
    boolean waitForRun,
    int eventsMax,
    boolean notices) {}
