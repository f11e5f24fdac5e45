package dev.eider.server.files.format;

import com.google.protobuf.CodedInputStream;
import dev.eider.server.base.BrokerException;
import dev.eider.server.event.EncodedEvent;
import dev.eider.v1.Event;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the encoded events of an exported file; its other columns say the same and are not read.
 * Used by one thread.
 */
final class ExportRows implements FileRows {
  /** The deepest event: the response that carries it may nest 100 messages. */
  private static final int NESTING_MAX = 97;

  private final ScratchDatabase database;
  private final String table;
  private final FileRules rules;

  ExportRows(ScratchDatabase database, String table, FileRules rules) {
    this.database = database;
    this.table = table;
    this.rules = rules;
  }

  static String keys(String table) {
    return "SELECT run_id, coalesce(CAST(seq AS BIGINT), 0), rowid, octet_length(event), 0 FROM %s ORDER BY run_id, seq"
        .formatted(table);
  }

  static String sortedCopyOfParquet(Path file) {
    return "CREATE TABLE sorted AS SELECT run_id, seq, event FROM read_parquet(%s) ORDER BY run_id, seq"
        .formatted(ScratchDatabase.quoted(file));
  }

  @Override
  public List<FileRow> read(List<RowCursor.Key> keys) throws SQLException {
    Map<Long, FileRow> byRowId = new HashMap<>();
    Map<Long, RowCursor.Key> keysById = new HashMap<>();
    keys.forEach(key -> keysById.put(key.rowId(), key));
    try (PreparedStatement statement =
            database
                .connection()
                .prepareStatement(
                    "SELECT rowid, event FROM " + table + " " + RowCursor.where(keys));
        ResultSet rows = database.query(statement)) {
      while (rows.next()) {
        RowCursor.Key key = keysById.get(rows.getLong(1));
        if (key != null) {
          byRowId.put(key.rowId(), row(key, rows.getBytes(2)));
        }
      }
    }
    List<FileRow> found = new ArrayList<>();
    for (RowCursor.Key key : keys) {
      FileRow row = byRowId.get(key.rowId());
      found.add(
          row == null
              ? FileRow.atFault(FileFaults.ofRow(key.runId(), key.seq(), "it cannot be read"))
              : row);
    }
    return found;
  }

  private FileRow row(RowCursor.Key key, byte[] bytes) {
    try {
      CodedInputStream in = CodedInputStream.newInstance(bytes);
      in.setRecursionLimit(NESTING_MAX);
      Event event = Event.parseFrom(in);
      in.checkLastTagWas(0);
      rules.event(event, "run " + key.runId() + " seq " + key.seq());
      return FileRow.of(EncodedEvent.decode(bytes));
    } catch (IOException e) {
      return FileRow.atFault(
          FileFaults.ofRow(key.runId(), key.seq(), "its event is none: " + e.getMessage()));
    } catch (BrokerException refusal) {
      return FileRow.atFault(refusal);
    }
  }
}
