package dev.eider.server.store.sql;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.duckdb.DuckDBReadableVector;
import org.jspecify.annotations.Nullable;

/**
 * A row that is too large to be sent: which one it is, what makes it large, and what to ask for
 * instead. Immutable.
 *
 * @param column the name of its largest column
 * @param row its number in the answer, from 1
 * @param runId of its column run_id, if the answer has one; so with seq
 */
record WideRow(String column, long row, @Nullable String runId, @Nullable Long seq) {
  /** Reads what identifies the row of a chunk. */
  static WideRow of(
      int column,
      long row,
      List<SqlColumn> columns,
      DuckDBReadableVector[] vectors,
      long rowOfChunk) {
    int runId = find("run_id", "VARCHAR", columns);
    int seq = find("seq", "BIGINT", columns);
    return new WideRow(
        columns.get(column).name(),
        row,
        runId < 0 || vectors[runId].isNull(rowOfChunk)
            ? null
            : vectors[runId].getString(rowOfChunk),
        seq < 0 || vectors[seq].isNull(rowOfChunk)
            ? null
            : (Long) vectors[seq].getLong(rowOfChunk));
  }

  private static int find(String name, String type, List<SqlColumn> columns) {
    for (int i = 0; i < columns.size(); i++) {
      SqlColumn column = columns.get(i);
      if (column.name().equalsIgnoreCase(name) && column.type().equals(type)) {
        return i;
      }
    }
    return -1;
  }

  /** Makes the failure of a row of which one value, or what they come to, has too many bytes. */
  QueryException tooLarge(long bytes) {
    Map<String, String> facts = facts();
    facts.put("bytes", String.valueOf(bytes));
    return failure(
        bytes > RowBound.BYTES_MAX
            ? "has %d bytes, and a row at most %d".formatted(bytes, RowBound.BYTES_MAX)
            : "has %d bytes of the more than %d that the row has"
                .formatted(bytes, RowBound.BYTES_MAX),
        facts);
  }

  /** Makes the failure of a row with a value that cannot be carried. */
  QueryException notCarried(String problem) {
    return failure(problem, facts());
  }

  private Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("column", column);
    facts.put("row", String.valueOf(row));
    if (runId != null) {
      facts.put("run_id", runId);
    }
    if (seq != null) {
      facts.put("seq", seq.toString());
    }
    return facts;
  }

  private QueryException failure(String problem, Map<String, String> facts) {
    String where =
        (runId == null ? "" : ", run_id '" + runId + "'")
            + (seq == null ? "" : ", seq " + seq)
            + (runId == null && seq == null ? "" : ",");
    String value = column.matches("\\w{1,40}") ? column : "...";
    String text =
        ("column %1$s of row %2$d%3$s %4$s; ask for a part of it: left(%5$s, 1000), length(%5$s), or"
                + " %5$s ->> '$.field' of JSON; ColdStream and Subscribe send an event whole")
            .formatted(column, row, where, problem, value);
    return new QueryException(
        QueryException.Kind.ROW_TOO_LARGE, text, facts, new IllegalStateException(text));
  }
}
