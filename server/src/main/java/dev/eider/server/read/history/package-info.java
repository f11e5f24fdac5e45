/** Events after a place: the one choice between memory and DuckDB, and what forks inherit. */
@NullMarked
package dev.eider.server.read.history;

import org.jspecify.annotations.NullMarked;
