/** Queries of callers in DuckDB, and how their values leave it. */
@NullMarked
package dev.eider.server.store.sql;

import org.jspecify.annotations.NullMarked;
