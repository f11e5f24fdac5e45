package dev.eider.server.read;

import dev.eider.server.event.LogSelection;
import dev.eider.server.read.history.ResumeToken;

/**
 * What a subscriber to all runs wants; whether the token is this daemon's is unchecked. Immutable.
 */
public record LogSubscriptionRequest(
    ResumeToken token, LogSelection selection, int eventsMax, boolean notices) {}
