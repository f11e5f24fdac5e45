/**
 * Files of runs besides the daemon's own: written, checked and read, each in an instance of DuckDB
 * that reaches no other file. docs/files.md describes them to the column.
 */
@NullMarked
package dev.eider.server.files.format;

import org.jspecify.annotations.NullMarked;
