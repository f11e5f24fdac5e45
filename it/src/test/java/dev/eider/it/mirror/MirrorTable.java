package dev.eider.it.mirror;

import com.google.protobuf.ByteString;
import dev.eider.it.RawEnvelope;
import dev.eider.v1.EventEnvelope;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.function.Consumer;

/**
 * The mirror's SQLite file: its events in the order in which they came, and one token. Nothing in
 * it keeps an event from being there twice: that is the mirror's to see to. Used by one thread.
 */
final class MirrorTable implements AutoCloseable {
  private final Connection connection;

  private MirrorTable(Connection connection) {
    this.connection = connection;
  }

  static MirrorTable open(Path file) throws SQLException {
    Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA journal_mode = WAL");
      statement.execute("PRAGMA synchronous = FULL");
      statement.execute("PRAGMA busy_timeout = 10000");
      statement.execute(
          "CREATE TABLE IF NOT EXISTS events"
              + " (ordinal INTEGER PRIMARY KEY AUTOINCREMENT, envelope BLOB)");
      statement.execute("CREATE TABLE IF NOT EXISTS place (token BLOB)");
      statement.execute("INSERT INTO place SELECT x'' WHERE NOT EXISTS (SELECT * FROM place)");
    }
    connection.setAutoCommit(false);
    return new MirrorTable(connection);
  }

  ByteString token() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT token FROM place")) {
      rows.next();
      return ByteString.copyFrom(rows.getBytes(1));
    } finally {
      connection.rollback();
    }
  }

  /** Writes events and the place after them, both or none. */
  void store(List<EventEnvelope> events, ByteString token) throws SQLException {
    try (PreparedStatement insert =
            connection.prepareStatement("INSERT INTO events (envelope) VALUES (?)");
        PreparedStatement move = connection.prepareStatement("UPDATE place SET token = ?")) {
      for (EventEnvelope event : events) {
        insert.setBytes(1, event.toByteArray());
        insert.addBatch();
      }
      insert.executeBatch();
      move.setBytes(1, token.toByteArray());
      move.executeUpdate();
      connection.commit();
    }
  }

  /** Hands out every event, in the order in which they came. */
  void forEach(Consumer<RawEnvelope> action) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT envelope FROM events ORDER BY ordinal")) {
      while (rows.next()) {
        action.accept(RawEnvelope.ofBytes(ByteString.copyFrom(rows.getBytes(1))));
      }
    } finally {
      connection.rollback();
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
