/** The DuckDB file, its opening and its connections. */
@NullMarked
package dev.eider.server.store.connection;

import org.jspecify.annotations.NullMarked;
