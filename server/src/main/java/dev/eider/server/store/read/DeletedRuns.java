package dev.eider.server.store.read;

import dev.eider.server.event.RunId;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.FoldedRun.Deletion;
import dev.eider.server.store.ColdReader;
import dev.eider.server.store.row.RunIdHash;
import dev.eider.server.store.row.RunMapper;
import dev.eider.server.store.sql.SqlParameters;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads what is left of deleted runs, and which runs inherit from which. */
final class DeletedRuns {
  private DeletedRuns() {}

  /** Returns the run, or an empty list. */
  static List<FoldedRun> findKept(Connection connection, RunId runId) throws SQLException {
    List<FoldedRun> runs = new ArrayList<>();
    try (PreparedStatement statement =
            new SqlParameters("SELECT " + RunMapper.COLUMNS + " FROM kept_runs WHERE")
                .add("run_id = ?", runId.value())
                .prepare(connection);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        FoldedRun run = RunMapper.read(rows);
        runs.add(run.deleted(run.lastPosition(), Deletion.KEPT));
      }
    }
    return runs;
  }

  static Set<RunId> find(Connection connection, Collection<RunId> runIds) throws SQLException {
    Map<String, RunId> byHash = new HashMap<>();
    runIds.forEach(runId -> byHash.put(RunIdHash.of(runId), runId));
    Set<RunId> found = new HashSet<>();
    try (PreparedStatement statement =
            new SqlParameters("SELECT hex(id_hash) FROM deleted_runs WHERE")
                .add("id_hash IN (SELECT unhex(unnest(?)))", List.copyOf(byHash.keySet()))
                .prepare(connection);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        RunId runId = byHash.get(rows.getString(1));
        if (runId != null) {
          found.add(runId);
        }
      }
    }
    return found;
  }

  static Map<RunId, List<RunId>> findForks(Connection connection, Collection<RunId> parentIds)
      throws SQLException {
    Map<RunId, List<RunId>> forks = new HashMap<>();
    try (PreparedStatement statement =
            new SqlParameters(
                    "SELECT parent_run_id, run_id FROM (SELECT parent_run_id, run_id FROM runs"
                        + " UNION ALL SELECT parent_run_id, run_id FROM kept_runs) WHERE")
                .add(
                    "parent_run_id IN (SELECT unnest(?))",
                    parentIds.stream().map(RunId::value).toList())
                .add(
                    "QUALIFY row_number() OVER (PARTITION BY parent_run_id) <= ?",
                    ColdReader.FORKS_MAX)
                .prepare(connection);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        forks
            .computeIfAbsent(new RunId(rows.getString(1)), id -> new ArrayList<>())
            .add(new RunId(rows.getString(2)));
      }
    }
    return forks;
  }
}
