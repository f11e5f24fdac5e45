package dev.eider.server.store;

import dev.eider.server.run.StagedFile;

/**
 * Events that are in a staged file. Immutable.
 *
 * @param position the log position of the record that brings them
 * @param count how many the file holds
 */
public record StagedRows(StagedFile file, long position, long count) {}
