package dev.eider.server.files.format;

import dev.eider.server.event.RunDigest;
import dev.eider.server.event.RunId;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The run ids of an older file that are not allowed here, each with the id that its run gets: the
 * same one from every file, and from every build. Used by one thread.
 */
final class MappedRunIds {
  /** The label with a run's id in its file. */
  static final String LABEL = "original_run_id";

  private static final int LABEL_CHARS_MAX = 1_024;
  private static final int HASH_CHARS = 16;
  private static final int IDS_MAX = 100_000;

  private static final String NOT_ALLOWED =
      """
      SELECT DISTINCT CAST(run_id AS VARCHAR) FROM events
      WHERE NOT regexp_full_match(CAST(run_id AS VARCHAR), '[A-Za-z0-9_][A-Za-z0-9._-]{0,127}')
      LIMIT %d
      """
          .formatted(IDS_MAX + 1);

  private final Map<String, String> originals = new HashMap<>();

  private MappedRunIds() {}

  /** Finds the ids, and makes the table {@code mapped} of them. */
  static MappedRunIds of(ScratchDatabase database) throws SQLException {
    MappedRunIds mapped = new MappedRunIds();
    database.execute("CREATE TEMP TABLE mapped (original VARCHAR, run_id VARCHAR)");
    try (PreparedStatement statement = database.connection().prepareStatement(NOT_ALLOWED);
        ResultSet rows = database.query(statement)) {
      while (rows.next()) {
        mapped.add(rows.getString(1));
      }
    }
    mapped.store(database);
    return mapped;
  }

  /** Returns an id that is allowed, and that no other text gets. */
  static String idOf(String original) {
    if (RunId.isValid(original)) {
      return original;
    }
    StringBuilder id = new StringBuilder();
    int charsMax = RunId.CHARS_MAX - HASH_CHARS - 1;
    original.codePoints().limit(charsMax).forEach(c -> id.append(allowed(c)));
    if (id.isEmpty() || id.charAt(0) == '.' || id.charAt(0) == '-') {
      id.insert(0, '_');
      id.setLength(Math.min(id.length(), charsMax));
    }
    byte[] hash = RunDigest.hash(original.getBytes(StandardCharsets.UTF_8));
    return id + "-" + HexFormat.of().formatHex(hash).substring(0, HASH_CHARS);
  }

  private static char allowed(int codePoint) {
    String character = Character.toString(codePoint);
    return RunId.hasIdCharacters(character) ? character.charAt(0) : '_';
  }

  private void add(String original) {
    if (originals.size() == IDS_MAX) {
      throw FileFaults.invalid("more than %d of its run ids are not allowed".formatted(IDS_MAX));
    }
    String id = idOf(original);
    String other = originals.put(id, original);
    if (other != null) {
      throw FileFaults.ofRun(id, "two runs get this id: %s and %s".formatted(other, original));
    }
  }

  private void store(ScratchDatabase database) throws SQLException {
    if (originals.isEmpty()) {
      return;
    }
    try (PreparedStatement insert =
        database.connection().prepareStatement("INSERT INTO mapped VALUES (?, ?)")) {
      for (Map.Entry<String, String> entry : originals.entrySet()) {
        insert.setString(1, entry.getValue());
        insert.setString(2, entry.getKey());
        insert.execute();
      }
    }
    String taken =
        "SELECT count(*) FROM events WHERE CAST(run_id AS VARCHAR) IN (SELECT run_id FROM mapped)";
    if (database.number(taken) > 0) {
      throw FileFaults.invalid(
          "a run id that is not allowed would become one that another run of the file has");
    }
  }

  /** Returns the id in the file of a run; its own unless that is not allowed. */
  String original(RunId runId) {
    return originals.getOrDefault(runId.value(), runId.value());
  }

  /** Returns the label that keeps the id in the file; null when the run has it still. */
  @Nullable String label(RunId runId) {
    String original = originals.get(runId.value());
    return original == null || original.codePointCount(0, original.length()) <= LABEL_CHARS_MAX
        ? original
        : original.substring(0, original.offsetByCodePoints(0, LABEL_CHARS_MAX));
  }
}
