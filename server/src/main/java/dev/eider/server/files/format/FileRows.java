package dev.eider.server.files.format;

import dev.eider.server.event.EncodedEvent;
import java.sql.SQLException;
import java.util.List;

/** Reads rows of a file as events. Used by one thread. */
interface FileRows {
  /** Returns the events of these rows, in their order. */
  List<EncodedEvent> read(List<RowCursor.Key> keys) throws SQLException;
}
