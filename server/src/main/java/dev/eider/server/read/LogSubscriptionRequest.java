package dev.eider.server.read;

import dev.eider.server.event.LogSelection;
import dev.eider.server.read.history.ResumeToken;

/**
 * What a subscriber to all runs wants, checked but for whether the token is this daemon's.
 * Immutable.
 *
 * @param eventsMax most events in one response
 * @param notices whether it wants to know more than events
 */
public record LogSubscriptionRequest(
    ResumeToken token, LogSelection selection, int eventsMax, boolean notices) {}
