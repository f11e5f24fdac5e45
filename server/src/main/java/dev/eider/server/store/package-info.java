/** The contract of the store: what is written to DuckDB and read from it. */
@NullMarked
package dev.eider.server.store;

import org.jspecify.annotations.NullMarked;
