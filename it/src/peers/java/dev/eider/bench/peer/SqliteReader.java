package dev.eider.bench.peer;

import dev.eider.bench.Peer.Sink;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Reads one run by the index, from where it stopped the last time. Owned by one thread. */
final class SqliteReader implements AutoCloseable {
  private static final int EVENTS_A_READ = 2_000;

  private final Connection connection;
  private final PreparedStatement select;
  private final Stretch stretch;

  SqliteReader(Connection connection, int run, Sink sink) throws SQLException {
    this.connection = connection;
    this.stretch = new Stretch(run, sink);
    this.select =
        connection.prepareStatement(
            "SELECT seq, ts, t, schema_version, kind, agent_id, payload FROM events"
                + " WHERE run = ? AND seq > ? ORDER BY seq LIMIT "
                + EVENTS_A_READ);
    select.setInt(1, run);
  }

  /** Reads what is new, up to a bound, and returns how many events that were. */
  int readSome() throws SQLException {
    select.setLong(2, stretch.lastSeq());
    try (ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        // The rows of the others come whole over their connections; here each column is asked for.
        rows.getLong(2);
        rows.getInt(3);
        rows.getInt(4);
        rows.getString(5);
        rows.getString(6);
        rows.getBytes(7);
        stretch.add(rows.getLong(1));
      }
    }
    return stretch.pass();
  }

  /** Reads what is left and returns how many events have been read in all. */
  long readAll() throws SQLException {
    while (readSome() > 0) {
      // The sink has them.
    }
    return stretch.lastSeq();
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
