package dev.eider.server.files.library;

import java.nio.file.Path;
import java.util.List;

/**
 * Which libraries there are. Immutable.
 *
 * @param directories in this order: of two runs with one id the first one found counts
 * @param dataDirectory the daemon's own, of which no file is read
 * @param runsMax how many runs are kept in mind, and how many files are looked at
 * @param diskReserveBytes what stays free where DuckDB spills
 * @param scanMs time between two looks for new files; 0 for none but the first
 */
public record LibraryConfig(
    List<Path> directories, Path dataDirectory, int runsMax, long diskReserveBytes, long scanMs) {}
