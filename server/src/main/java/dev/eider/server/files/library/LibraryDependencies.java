package dev.eider.server.files.library;

import dev.eider.server.files.format.FileRules;
import dev.eider.server.files.format.ScratchConfig;
import dev.eider.server.hub.Hub;
import dev.eider.server.sequencer.RunWriter;
import dev.eider.server.store.ColdReader;

/**
 * The parts of the daemon that libraries use. Immutable.
 *
 * @param reader of the daemon's own runs and of those that are shown already
 */
public record LibraryDependencies(
    ColdReader reader, Hub hub, RunWriter writer, ScratchConfig scratch, FileRules rules) {}
