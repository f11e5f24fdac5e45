package dev.eider.server.read;

import dev.eider.server.hub.Hub;
import dev.eider.server.read.history.LogHistory;
import dev.eider.server.read.history.RunHistory;
import java.time.InstantSource;

/** What every reader needs, with the time between an idle one's heartbeats. Immutable. */
public record Readers(
    ReaderPools pools,
    ReaderRegistry registry,
    Hub hub,
    RunHistory history,
    LogHistory logHistory,
    InstantSource clock,
    long heartbeatMs) {}
