package dev.eider.server.read;

import dev.eider.server.event.EventMatcher;
import dev.eider.server.read.history.ReadStart;

/** What a subscriber wants, checked: so many events in a response, notices or none. Immutable. */
public record SubscriptionRequest(
    ReadStart start, EventMatcher matcher, boolean waitForRun, int eventsMax, boolean notices) {}
