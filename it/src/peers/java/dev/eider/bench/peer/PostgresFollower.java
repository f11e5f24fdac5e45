package dev.eider.bench.peer;

import dev.eider.bench.Peer.Sink;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.PGConnection;

/** Reads what is new in a run whenever it is notified that something is. Owned by one thread. */
final class PostgresFollower implements Follower.Source {
  private static final int EVENTS_A_READ = 2_000;
  private static final int WAIT_MS = 500;

  private final Connection connection;
  private final PreparedStatement select;
  private final Stretch stretch;

  PostgresFollower(Connection connection, int run, Sink sink) throws SQLException {
    this.connection = connection;
    this.stretch = new Stretch(run, sink);
    try (Statement statement = connection.createStatement()) {
      // The table grows faster than its statistics, which would suggest to scan it.
      statement.execute("SET enable_seqscan = off");
      statement.execute("SET enable_bitmapscan = off");
      statement.execute("LISTEN events");
    }
    this.select =
        connection.prepareStatement(
            "SELECT seq, ts, t, schema_version, kind, agent_id, payload FROM events"
                + " WHERE run = ? AND seq > ? ORDER BY seq LIMIT "
                + EVENTS_A_READ);
    select.setInt(1, run);
  }

  @Override
  public void readOnce() throws SQLException {
    select.setLong(2, stretch.lastSeq());
    try (ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        stretch.add(rows.getLong(1));
      }
    }
    if (stretch.pass() == 0) {
      connection.unwrap(PGConnection.class).getNotifications(WAIT_MS);
    }
  }

  @Override
  public void endWait() throws SQLException {
    connection.abort(Runnable::run);
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
