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

/** Finds closed runs to delete, oldest close time first, none that others were forked from. */
public final class ExpiredRuns {
  private static final String BEGIN =
      """
      SELECT run_id
      FROM (
        SELECT run_id, close_time,
          row_number() OVER newest_first AS place, sum(bytes) OVER newest_first AS bytes
        FROM (%s)
        WHERE state = 'closed'
        WINDOW newest_first AS (ORDER BY close_time DESC, run_id DESC)
      )
      WHERE run_id NOT IN (
        SELECT parent_run_id FROM runs WHERE parent_run_id IS NOT NULL
        UNION ALL
        SELECT parent_run_id FROM kept_runs WHERE parent_run_id IS NOT NULL
      ) AND (epoch_us(close_time) < ? OR place > ? OR bytes > ?)
      ORDER BY close_time, run_id
      LIMIT ?
      """;

  private static final String WITHOUT_BYTES =
      "SELECT run_id, state, close_time, 0 AS bytes FROM runs";

  /** Reads one narrow column of every event. */
  private static final String WITH_BYTES =
      """
      SELECT runs.run_id, state, close_time, coalesce(sizes.bytes, 0) AS bytes
      FROM runs
      LEFT JOIN (SELECT run_id, sum(event_size) AS bytes FROM events GROUP BY run_id) AS sizes
        ON sizes.run_id = runs.run_id
      """;

  private final StoreAccess access;

  public ExpiredRuns(StoreAccess access) {
    this.access = access;
  }

  /** Returns as many as the bounds allow. Blocks. */
  public List<RunId> find(Bounds bounds) throws StoreException {
    return access.read(connection -> find(connection, bounds));
  }

  private static List<RunId> find(Connection connection, Bounds bounds) throws SQLException {
    String sql = BEGIN.formatted(bounds.bytesMax == Long.MAX_VALUE ? WITHOUT_BYTES : WITH_BYTES);
    List<RunId> runIds = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, bounds.closedBeforeUs);
      statement.setLong(2, bounds.runsMax);
      statement.setLong(3, bounds.bytesMax);
      statement.setInt(4, bounds.foundMax);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          runIds.add(new RunId(rows.getString(1)));
        }
      }
    }
    return runIds;
  }

  /**
   * The bounds of what stays. Immutable.
   *
   * @param closedBeforeUs runs closed before this go, microseconds since 1970 UTC
   * @param runsMax the most closed runs that stay; Long.MAX_VALUE for any number
   * @param bytesMax the most bytes of their events that stay; Long.MAX_VALUE for any number
   * @param foundMax the most runs that one call finds
   */
  public record Bounds(long closedBeforeUs, long runsMax, long bytesMax, int foundMax) {}
}
