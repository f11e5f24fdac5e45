package dev.eider.server.store.sql;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a query. Immutable.
 *
 * @param rows at most {@link #ROWS_MAX}; times are java.time values, lists are Lists, blobs are
 *     byte arrays, what has no Java type is its text
 */
public record SqlTable(List<String> columns, List<List<@Nullable Object>> rows) {
  /** The most rows of an answer. */
  public static final int ROWS_MAX = 10_000;
}
