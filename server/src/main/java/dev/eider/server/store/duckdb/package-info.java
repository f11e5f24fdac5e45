/** The store that the daemon runs on. */
@NullMarked
package dev.eider.server.store.duckdb;

import org.jspecify.annotations.NullMarked;
