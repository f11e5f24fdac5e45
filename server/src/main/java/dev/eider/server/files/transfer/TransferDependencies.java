package dev.eider.server.files.transfer;

import dev.eider.server.files.format.FileRules;
import dev.eider.server.files.format.ScratchConfig;
import dev.eider.server.hub.Hub;
import dev.eider.server.sequencer.RunWriter;
import dev.eider.server.store.ColdReader;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The parts of the daemon that exports and imports use. Immutable.
 *
 * @param logEnd the log's end position
 * @param tempDirectory holds files while a call lasts
 * @param stagingDirectory holds files that the log names until DuckDB has them
 */
public record TransferDependencies(
    ColdReader reader,
    Hub hub,
    LongSupplier logEnd,
    RunWriter writer,
    Path tempDirectory,
    Path stagingDirectory,
    ScratchConfig scratch,
    FileRules rules,
    InstantSource clock) {}
