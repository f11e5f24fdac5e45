package dev.eider.bench.peer;

import dev.eider.bench.BenchEvent;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/** Commits groups of events, each in one transaction. */
final class SqliteWriter implements GroupCommit.Link<SqliteWriter.Batch> {
  private final Connection connection;
  private final PreparedStatement insert;
  private final Runnable afterCommit;

  /** Neighbouring events of one run. */
  record Batch(int run, long firstSeq, List<BenchEvent> events) {}

  SqliteWriter(Connection connection, Runnable afterCommit) throws SQLException {
    this.connection = connection;
    this.afterCommit = afterCommit;
    connection.setAutoCommit(false);
    this.insert =
        connection.prepareStatement(
            "INSERT INTO events (run, seq, ts, t, schema_version, kind, agent_id, payload)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
  }

  @Override
  public void send(List<Batch> group) throws SQLException {
    for (Batch batch : group) {
      insert(batch);
    }
    connection.commit();
    afterCommit.run();
  }

  private void insert(Batch batch) throws SQLException {
    long seq = batch.firstSeq();
    insert.setInt(1, batch.run());
    for (BenchEvent event : batch.events()) {
      insert.setLong(2, seq++);
      insert.setLong(3, event.ts());
      insert.setInt(4, event.t());
      insert.setInt(5, event.schemaVersion());
      insert.setString(6, event.kind());
      insert.setString(7, event.agentId());
      insert.setBytes(8, event.json());
      insert.executeUpdate();
    }
  }

  /** Sending has already waited for it. */
  @Override
  public void awaitCommit() {}

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
