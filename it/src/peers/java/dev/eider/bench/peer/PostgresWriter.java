package dev.eider.bench.peer;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.eider.bench.BenchEvent;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;

/** Commits groups of rows, each with one COPY, or one INSERT if it is a single row. */
final class PostgresWriter implements GroupCommit.Link<PostgresRows> {
  private final Connection connection;
  private final CopyManager copies;
  private final PreparedStatement insert;

  PostgresWriter(Connection connection) throws SQLException {
    this.connection = connection;
    this.copies = connection.unwrap(PGConnection.class).getCopyAPI();
    this.insert =
        connection.prepareStatement(
            "INSERT INTO events (" + PostgresRows.COLUMNS + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
  }

  @Override
  public void send(List<PostgresRows> group) throws SQLException {
    if (group.size() == 1 && group.get(0).events().size() == 1) {
      insert(group.get(0));
    } else {
      copy(group);
    }
  }

  private void insert(PostgresRows row) throws SQLException {
    BenchEvent event = row.events().get(0);
    insert.setInt(1, row.run());
    insert.setLong(2, row.firstSeq());
    insert.setLong(3, event.ts());
    insert.setInt(4, event.t());
    insert.setInt(5, event.schemaVersion());
    insert.setString(6, event.kind());
    insert.setString(7, event.agentId());
    insert.setString(8, new String(event.json(), UTF_8));
    insert.executeUpdate();
  }

  private void copy(List<PostgresRows> group) throws SQLException {
    CopyIn copy =
        copies.copyIn("COPY events (" + PostgresRows.COLUMNS + ") FROM STDIN (FORMAT binary)");
    copy.writeToCopy(PostgresRows.HEADER, 0, PostgresRows.HEADER.length);
    for (PostgresRows rows : group) {
      copy.writeToCopy(rows.copy(), 0, rows.copy().length);
    }
    copy.writeToCopy(PostgresRows.TRAILER, 0, PostgresRows.TRAILER.length);
    copy.endCopy();
  }

  /** Sending has already waited for it. */
  @Override
  public void awaitCommit() {}

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
