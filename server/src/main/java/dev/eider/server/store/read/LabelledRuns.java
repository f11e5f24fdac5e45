package dev.eider.server.store.read;

import dev.eider.server.event.RunId;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.connection.StoreAccess;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Finds closed runs by a label that they were opened with. */
public final class LabelledRuns {
  private static final String CLOSED =
      """
      SELECT run_id
      FROM runs
      WHERE state = 'closed' AND labels[?] <> 'false' AND run_id > ?
      ORDER BY run_id
      LIMIT ?
      """;

  private final StoreAccess access;

  public LabelledRuns(StoreAccess access) {
    this.access = access;
  }

  /**
   * Returns the closed runs with a label whose value is not {@code false}, in order of run id.
   * Blocks.
   *
   * @param after exclusive
   */
  public List<RunId> closed(String label, RunId after, int runsMax) throws StoreException {
    return access.read(connection -> find(connection, label, after, runsMax));
  }

  private static List<RunId> find(Connection connection, String label, RunId after, int runsMax)
      throws SQLException {
    List<RunId> runIds = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(CLOSED)) {
      statement.setString(1, label);
      statement.setString(2, after.value());
      statement.setInt(3, runsMax);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          runIds.add(new RunId(rows.getString(1)));
        }
      }
    }
    return runIds;
  }
}
