package dev.eider.server.subscribe;

import dev.eider.server.run.EventMatcher;

/**
 * What a subscriber wants, checked. Immutable.
 *
 * @param eventsMax the most events in one response, >= 1
 * @param notices whether to send anything but events
 */
public record SubscriptionRequest(
    ReadStart start, EventMatcher matcher, boolean waitForRun, int eventsMax, boolean notices) {}
