package dev.eider.server.files.format;

import java.nio.file.Path;

/**
 * What an instance of DuckDB besides the daemon's own may use. Immutable.
 *
 * @param tempDirectory where it spills
 * @param memoryBytesMax outside the Java heap
 * @param eventBytesMax the largest event that a file may hold
 */
public record ScratchConfig(Path tempDirectory, long memoryBytesMax, long eventBytesMax) {}
