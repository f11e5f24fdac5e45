package dev.eider.server.read;

import dev.eider.server.event.EventMatcher;
import dev.eider.server.read.history.ReadStart;

/**
 * What a subscriber wants, checked. Immutable.
 *
 * @param eventsMax the most events in one response, >= 1
 * @param notices whether to send anything but events
 */
public record SubscriptionRequest(
    ReadStart start, EventMatcher matcher, boolean waitForRun, int eventsMax, boolean notices) {}
