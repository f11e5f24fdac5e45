/** Which runs there are: memory, libraries and DuckDB behind one answer, {@code RunIndex}. */
@NullMarked
package dev.eider.server.runs;

import org.jspecify.annotations.NullMarked;
