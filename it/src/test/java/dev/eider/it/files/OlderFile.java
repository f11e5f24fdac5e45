package dev.eider.it.files;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import org.jspecify.annotations.Nullable;

/**
 * Writes files as the older recorder did: one table of seven columns and nothing else, with plain
 * JDBC and nothing of Eider's.
 */
public final class OlderFile implements AutoCloseable {
  /** The nine payloads, one line each. */
  static final String[] NINE_KINDS = {
    "{\"kind\":\"turn_start\",\"turn_num\":0,\"snapshot\":{\"gold\":100,\"units\":[{\"hp\":1.5}]},"
        + "\"profile_name\":\"fast\"}",
    "{\"kind\":\"observation\",\"entity_count\":3,\"classes\":[\"tree\",\"gold\",\"tree\"]}",
    "{\"kind\":\"llm_prompt\",\"state_summary\":\"three \\u00e9 things\"}",
    "{\"kind\":\"llm_response\",\"actions\":[{\"verb\":\"dig\",\"n\":2}],\"reasoning\":\"why not\","
        + "\"cost_usd\":0.25}",
    "{\"kind\":\"action\",\"index_in_turn\":0,\"action\":{\"verb\":\"dig\"}}",
    "{\"kind\":\"action_result\",\"index_in_turn\":0,\"action_type\":\"dig\",\"state_changed\":true}",
    "{\"kind\":\"world_mutation\",\"before_summary\":\"a\",\"after_summary\":\"b\",\"reason\":\"c\"}",
    "{\"kind\":\"fork\",\"parent_run_id\":\"old-0\",\"parent_t\":1,\"mutation_summary\":\"none\"}",
    "{\"kind\":\"metric\",\"name\":\"score\",\"value\":7}"
  };

  private final Connection connection;
  private final PreparedStatement insert;

  public OlderFile(Path file) throws SQLException {
    connection = DriverManager.getConnection("jdbc:duckdb:" + file);
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE IF NOT EXISTS events (run_id VARCHAR, agent_id VARCHAR, t INTEGER, kind"
              + " VARCHAR, payload_json VARCHAR, ts TIMESTAMP, schema_version INTEGER)");
    }
    insert = connection.prepareStatement("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)");
  }

  public OlderFile add(String runId, int t, String kind, @Nullable String payloadJson)
      throws SQLException {
    insert.setString(1, runId);
    insert.setString(2, "ada");
    insert.setInt(3, t);
    insert.setString(4, kind);
    insert.setString(5, payloadJson);
    insert.setTimestamp(6, Timestamp.valueOf("2025-05-06 07:08:09.123456"));
    insert.setInt(7, 1);
    insert.execute();
    return this;
  }

  /** Adds the rows of a query: the seven columns. */
  OlderFile addRows(String select) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("INSERT INTO events " + select);
    }
    return this;
  }

  /**
   * Leaves what was added since in DuckDB's log beside the file, as a writer that is killed does.
   */
  OlderFile killed() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("CHECKPOINT");
      statement.execute("PRAGMA disable_checkpoint_on_shutdown");
      statement.execute("SET checkpoint_threshold = '1GB'");
    }
    return this;
  }

  @Override
  public void close() throws SQLException {
    insert.close();
    connection.close();
  }
}
