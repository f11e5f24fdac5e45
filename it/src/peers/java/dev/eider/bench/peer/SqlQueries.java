package dev.eider.bench.peer;

import dev.eider.bench.Peer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** The two questions as a database is best asked them. Owned by one thread. */
final class SqlQueries implements Peer.Queries {
  private final Connection connection;
  private final String groupBy;
  private final String ranking;

  SqlQueries(Connection connection, String groupBy, String ranking) {
    this.connection = connection;
    this.groupBy = groupBy;
    this.ranking = ranking;
  }

  @Override
  public long groupBy() throws SQLException {
    return rows(groupBy);
  }

  @Override
  public long ranking() throws SQLException {
    return rows(ranking);
  }

  private long rows(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery(sql)) {
      long rows = 0;
      while (found.next()) {
        rows++;
      }
      return rows;
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
