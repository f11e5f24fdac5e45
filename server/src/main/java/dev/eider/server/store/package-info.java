/** DuckDB: the only package with JDBC. */
@NullMarked
package dev.eider.server.store;

import org.jspecify.annotations.NullMarked;
