/**
 * Which runs there are: memory, libraries and DuckDB behind one answer, {@link
 * dev.eider.server.runs.RunIndex}.
 */
@NullMarked
package dev.eider.server.runs;

import org.jspecify.annotations.NullMarked;
