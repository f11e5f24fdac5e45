package dev.eider.server.library;

import dev.eider.server.hub.Hub;
import dev.eider.server.sequencer.RunWriter;
import dev.eider.server.store.ColdReader;
import dev.eider.server.store.file.FileRules;
import dev.eider.server.store.file.ScratchConfig;

/**
 * What libraries stand on. Immutable.
 *
 * @param reader of the daemon's own runs and of those that are shown already
 */
public record LibraryGround(
    ColdReader reader, Hub hub, RunWriter writer, ScratchConfig scratch, FileRules rules) {}
