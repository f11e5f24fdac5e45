package dev.eider.server.files.format;

import dev.eider.server.base.BrokerException;
import dev.eider.server.event.EncodedEvent;
import dev.eider.server.event.RunId;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.RunSums;
import dev.eider.server.run.RunView;
import dev.eider.v1.Event;
import dev.eider.v1.RunOutcome;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads rows of the older table {@code events(run_id, agent_id, t, kind, payload_json, ts,
 * schema_version)} as events. Their order is {@code t, rowid}, and their seq the row's number in
 * it. The column kind is not read: the kind is in the payload as well. Used by one thread.
 */
final class OlderRows implements FileRows {
  /** The columns of an event, in the order in which {@link #row} reads them. */
  static final String COLUMNS =
      """
      coalesce(CAST(agent_id AS VARCHAR), '') AS agent_id, TRY_CAST(t AS INTEGER) AS t,
      CAST(payload_json AS VARCHAR) AS payload_json,
      CASE WHEN isfinite(TRY_CAST(ts AS TIMESTAMP)) THEN epoch_us(TRY_CAST(ts AS TIMESTAMP)) END
        AS ts_us,
      CASE WHEN schema_version IS NULL THEN 1 ELSE TRY_CAST(schema_version AS INTEGER) END
        AS schema_version\
      """;

  /** The statement that sorts the rows once, so that a page is a range of row ids. */
  static final String SORTED_COPY =
      """
      CREATE TEMP TABLE sorted AS
      SELECT coalesce(m.run_id, CAST(e.run_id AS VARCHAR)) AS run_id, %s
      FROM events AS e LEFT JOIN mapped AS m ON m.original = CAST(e.run_id AS VARCHAR)
      ORDER BY 1, t, e.rowid
      """
          .formatted(OlderRows.COLUMNS);

  static final String KEYS =
      "SELECT run_id, NULL, rowid, strlen(payload_json), ts_us FROM sorted WHERE rowid >= ? ORDER BY rowid LIMIT ?";

  private final ScratchDatabase database;
  private final FileRules rules;

  OlderRows(ScratchDatabase database, FileRules rules) {
    this.database = database;
    this.rules = rules;
  }

  @Override
  public List<FileRow> read(List<RowCursor.Key> keys) throws SQLException {
    List<FileRow> found = new ArrayList<>();
    try (PreparedStatement statement =
            database
                .connection()
                .prepareStatement(
                    "SELECT agent_id, t, payload_json, ts_us, schema_version FROM sorted "
                        + RowCursor.where(keys)
                        + " ORDER BY rowid");
        ResultSet rows = database.query(statement)) {
      for (RowCursor.Key key : keys) {
        rows.next();
        found.add(row(key, rows, rules));
      }
    }
    return found;
  }

  /** Returns what is in a row that begins with {@link #COLUMNS}. */
  static FileRow row(RowCursor.Key key, ResultSet row, FileRules rules) throws SQLException {
    int t = row.getInt(2);
    if (row.wasNull()) {
      return fault(key, "t is NULL, or no whole number of 32 bits");
    }
    int version = row.getInt(5);
    if (row.wasNull()) {
      return fault(key, "schema_version is no whole number of 32 bits");
    }
    Event.Builder event =
        Event.newBuilder()
            .setAgentId(row.getString(1))
            .setT(t)
            .setTs(RunView.timestamp(row.getLong(4)))
            .setSchemaVersion(version);
    try {
      long inexactCount = PayloadParser.parse(row.getString(3), event);
      Event built = event.build();
      rules.event(built, "run " + key.runId() + " row " + key.seq());
      return new FileRow(EncodedEvent.of(built), null, inexactCount);
    } catch (PayloadException e) {
      return fault(key, "payload_json: " + e.getMessage());
    } catch (BrokerException refusal) {
      return FileRow.atFault(refusal);
    }
  }

  private static FileRow fault(RowCursor.Key key, String problem) {
    return FileRow.atFault(FileFaults.ofRow(key.runId(), key.seq(), problem));
  }

  /** Returns the run of such rows, of which nothing but its events is known. */
  static FoldedRun run(
      RunId runId, RunSums sums, @Nullable String label, long createTimeUs, long closeTimeUs) {
    Map<String, String> labels = label == null ? Map.of() : Map.of(MappedRunIds.LABEL, label);
    return new FoldedRun(
        runId,
        FoldedRun.Opening.without(createTimeUs, null, labels),
        sums.totals(),
        FoldedRun.Ending.of(RunOutcome.RUN_OUTCOME_COMPLETED, closeTimeUs),
        0,
        0);
  }
}
