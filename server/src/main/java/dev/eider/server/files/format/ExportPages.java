package dev.eider.server.files.format;

import dev.eider.server.event.RunId;
import dev.eider.server.event.SequencedEvent;
import dev.eider.server.store.row.LargeRows;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Reads pages of exported files, by seq. Used by one thread. */
final class ExportPages implements RunPages {
  private final ScratchDatabase database;
  private final String table;

  private ExportPages(ScratchDatabase database, String table) {
    this.database = database;
    this.table = table;
  }

  static ExportPages ofTable(ScratchDatabase database, String table) {
    return new ExportPages(database, table);
  }

  static ExportPages ofParquet(ScratchDatabase database, Path file) {
    return new ExportPages(database, "read_parquet(" + ScratchDatabase.quoted(file) + ")");
  }

  @Override
  public List<SequencedEvent> read(RunId runId, long afterSeq, int eventsMax, long bytesMax)
      throws SQLException {
    PageLengths lengths = new PageLengths(bytesMax);
    try (PreparedStatement statement =
            prepare("octet_length(event)", runId, afterSeq, afterSeq + eventsMax);
        ResultSet rows = database.query(statement)) {
      lengths.read(rows);
    }
    List<SequencedEvent> events = new ArrayList<>(lengths.count());
    LargeRows.append(
        lengths.longest(),
        () -> {
          try (PreparedStatement statement =
                  prepare("seq, event", runId, afterSeq, afterSeq + lengths.count());
              ResultSet rows = database.query(statement)) {
            return readEvents(runId, rows, events);
          }
        });
    return events;
  }

  /** Reads the events; returns how many bytes they have. */
  private static long readEvents(RunId runId, ResultSet rows, List<SequencedEvent> events)
      throws SQLException {
    long bytes = 0;
    while (rows.next()) {
      byte[] event = rows.getBytes(2);
      bytes += event.length;
      events.add(SequencedEvent.of(runId, rows.getLong(1), event));
    }
    return bytes;
  }

  private PreparedStatement prepare(String columns, RunId runId, long afterSeq, long untilSeq)
      throws SQLException {
    PreparedStatement statement =
        database
            .connection()
            .prepareStatement(
                "SELECT %s FROM %s WHERE run_id = ? AND seq > ? AND seq <= ? ORDER BY seq"
                    .formatted(columns, table));
    statement.setString(1, runId.value());
    statement.setLong(2, afterSeq);
    statement.setLong(3, untilSeq);
    return statement;
  }
}
