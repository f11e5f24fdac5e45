package dev.eider.server.store;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.duckdb.DuckDBConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every connection to one opening of the file: one that writes and those that read. DuckDB lets go
 * of the file when the last is closed. Thread-safe, but for the writer, which the persister's
 * thread owns.
 */
final class StoreConnections {
  private static final Logger LOG = LoggerFactory.getLogger(StoreConnections.class);

  private final DuckDBConnection writer;
  private final ReaderPool readers;

  /** Takes over the writer, and makes the readers from it. */
  StoreConnections(DuckDBConnection writer, int readersMax) throws SQLException {
    this.writer = writer;
    List<DuckDBConnection> duplicates = new ArrayList<>();
    for (int i = 0; i < readersMax; i++) {
      duplicates.add(writer.duplicate());
    }
    this.readers = new ReaderPool(duplicates);
  }

  DuckDBConnection writer() {
    return writer;
  }

  ReaderPool readers() {
    return readers;
  }

  /** Closes what no reader is using now; can be repeated. A transaction under way is undone. */
  void close() {
    try {
      readers.close();
    } catch (SQLException e) {
      LOG.warn("closing a read connection failed", e);
    }
    try {
      writer.close();
    } catch (SQLException e) {
      LOG.warn("closing the write connection failed", e);
    }
  }

  /** Closes everything, waiting for readers; returns false when one is still busy. */
  boolean closeAndAwait(long timeoutMs) {
    close();
    return readers.awaitClosed(timeoutMs);
  }
}
