/**
 * Carries the log into DuckDB: one more reader of the log, with its place stored in DuckDB itself.
 */
@NullMarked
package dev.eider.server.persist;

import org.jspecify.annotations.NullMarked;
