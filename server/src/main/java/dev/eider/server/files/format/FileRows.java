package dev.eider.server.files.format;

import dev.eider.server.base.BrokerException;
import dev.eider.server.event.EncodedEvent;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads rows of a file as events. Used by one thread. */
interface FileRows {
  /** Returns what is in these rows, in their order. */
  List<FileRow> read(List<RowCursor.Key> keys) throws SQLException;

  /**
   * What is in a row. Immutable.
   *
   * @param event null if the row is at fault
   * @param fault why it is
   * @param inexactCount how many integers in it no double holds
   */
  record FileRow(@Nullable EncodedEvent event, @Nullable BrokerException fault, long inexactCount) {
    static FileRow of(EncodedEvent event) {
      return new FileRow(event, null, 0);
    }

    static FileRow atFault(BrokerException fault) {
      return new FileRow(null, fault, 0);
    }

    /** Returns the event, or throws what is wrong with the row. */
    EncodedEvent get() {
      if (fault != null) {
        throw fault;
      }
      return Objects.requireNonNull(event, "neither an event nor a fault");
    }
  }
}
