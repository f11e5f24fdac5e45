package dev.eider.server.files.format;

import java.nio.file.Path;

/**
 * The bounds of an instance of DuckDB besides the daemon's own. Immutable.
 *
 * @param tempDirectory the directory to spill to
 * @param memoryBytesMax the most memory outside the Java heap
 * @param eventBytesMax the largest event that a file may hold
 */
public record ScratchConfig(Path tempDirectory, long memoryBytesMax, long eventBytesMax) {}
