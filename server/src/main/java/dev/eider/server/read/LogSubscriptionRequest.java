package dev.eider.server.read;

import dev.eider.server.event.LogSelection;
import dev.eider.server.read.history.ResumeToken;

/** What a subscriber to all runs wants, checked but for whose the token is. Immutable. */
public record LogSubscriptionRequest(
    ResumeToken token, LogSelection selection, int eventsMax, boolean notices) {}
