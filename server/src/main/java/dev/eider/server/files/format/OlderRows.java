package dev.eider.server.files.format;

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

/**
 * Reads rows of the older table {@code events(run_id, agent_id, t, kind, payload_json, ts,
 * schema_version)} as events. Their order is {@code t, rowid}, and their seq the row's number in
 * it. The column kind is not read: the kind is in the payload as well. Used by one thread.
 */
final class OlderRows implements FileRows {
  /** The columns of an event, in the order in which {@link #event} reads them. */
  static final String COLUMNS =
      """
      coalesce(CAST(agent_id AS VARCHAR), '') AS agent_id, CAST(t AS INTEGER) AS t,
      CAST(payload_json AS VARCHAR) AS payload_json, epoch_us(CAST(ts AS TIMESTAMP)) AS ts_us,
      coalesce(CAST(schema_version AS INTEGER), 1) AS schema_version\
      """;

  /** The statement that sorts the rows once, so that a page is a range of row ids. */
  static final String SORTED_COPY =
      """
      CREATE TEMP TABLE sorted AS
      SELECT CAST(run_id AS VARCHAR) AS run_id, %s
      FROM events ORDER BY run_id, t, rowid
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
  public List<EncodedEvent> read(List<RowCursor.Key> keys) throws SQLException {
    List<EncodedEvent> events = new ArrayList<>();
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
        events.add(event(key, rows, rules));
      }
    }
    return events;
  }

  /** Returns the event of a row that begins with {@link #COLUMNS}. */
  static EncodedEvent event(RowCursor.Key key, ResultSet row, FileRules rules) throws SQLException {
    int t = row.getInt(2);
    if (row.wasNull()) {
      throw FileFaults.ofRow(key.runId(), key.seq(), "t is NULL");
    }
    Event.Builder event =
        Event.newBuilder()
            .setAgentId(row.getString(1))
            .setT(t)
            .setTs(RunView.timestamp(row.getLong(4)))
            .setSchemaVersion(row.getInt(5));
    try {
      PayloadParser.parse(row.getString(3), event);
    } catch (PayloadException e) {
      throw FileFaults.ofRow(key.runId(), key.seq(), "payload_json: " + e.getMessage());
    }
    Event built = event.build();
    rules.event(built, "run " + key.runId() + " row " + key.seq());
    return EncodedEvent.of(built);
  }

  /** Returns the run of such rows, of which nothing but its events is known. */
  static FoldedRun run(RunId runId, RunSums sums, long createTimeUs, long closeTimeUs) {
    return new FoldedRun(
        runId,
        FoldedRun.Opening.without(createTimeUs, null, Map.of()),
        sums.totals(),
        FoldedRun.Ending.of(RunOutcome.RUN_OUTCOME_COMPLETED, closeTimeUs),
        0,
        0);
  }
}
