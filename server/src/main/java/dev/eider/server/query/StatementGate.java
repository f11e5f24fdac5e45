package dev.eider.server.query;

import static dev.eider.server.query.TreeCheck.refusal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.eider.server.base.BrokerException;
import dev.eider.server.store.sql.QueryException;
import dev.eider.server.store.sql.SqlSession;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Lets only single SELECTs through that touch nothing but the daemon's own tables.
 *
 * <p>Problem: DuckDB runs all but the last of several statements while it prepares them, has no
 * mode in which a connection can only read, and reads files, settings and the environment from
 * within a SELECT. So nothing of a caller's is prepared before its syntax tree has been looked at.
 * The tree comes from {@code json_serialize_sql}, which takes the text as a parameter, runs nothing
 * of it, and knows SELECTs only: FROM, VALUES, WITH, DESCRIBE, SUMMARIZE and SHOW are such to
 * DuckDB. EXPLAIN is not, so its word is taken off and the rest has to be one.
 *
 * <p>The settings of the instance (no external access, no change of settings) are the second wall;
 * each must hold alone. Rejected: a list of refused words in the text, which comments and quotes
 * defeat; read-only transactions, which a COMMIT ends. Thread-safe.
 */
final class StatementGate {
  static final int SQL_CHARS_MAX = 20_000;

  /** Brackets within each other, of which DuckDB's parser takes a part of the stack each. */
  private static final int BRACKETS_MAX = 200;

  private static final String GAP = "(?:\\s|--[^\\n]*(?:\\n|$)|/\\*.*?\\*/)";

  private static final Pattern EXPLAIN =
      Pattern.compile(
          "^" + GAP + "*+EXPLAIN\\b" + GAP + "*+(ANALYZE\\b)?+(.*)$",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  /** Checks a text; throws INVALID_QUERY, or QueryException if DuckDB cannot be asked. */
  static Checked check(String text, SqlSession session) throws QueryException {
    requireSize(text);
    String sql = withoutSemicolon(text);
    Matcher explain = EXPLAIN.matcher(sql);
    boolean isExplain = explain.matches();
    String select = isExplain ? explain.group(2) : sql;
    new TreeCheck(isExplain ? explain.start(2) : 0)
        .check(tree(select, isExplain ? explain.start(2) : 0, session));
    if (!isExplain) {
      return new Checked(sql, false);
    }
    // Put together anew: what the pattern takes for a comment DuckDB may take for more.
    return new Checked((explain.group(1) == null ? "EXPLAIN " : "EXPLAIN ANALYZE ") + select, true);
  }

  private static Map<String, @Nullable Object> tree(String select, int offset, SqlSession session)
      throws QueryException {
    Map<String, @Nullable Object> answer;
    try {
      answer = SyntaxTree.parse(session.syntaxTree(select));
    } catch (IOException e) {
      throw refusal("the statement is nested too deeply, or has a number that is too long", -1);
    }
    if ("true".equals(answer.get("error"))) {
      throw problem(answer, offset);
    }
    if (!(answer.get("statements") instanceof List<?> statements) || statements.isEmpty()) {
      throw refusal("there is no statement", -1);
    }
    if (statements.size() > 1) {
      throw refusal("there are " + statements.size() + " statements; send one at a time", -1);
    }
    return answer;
  }

  private static BrokerException problem(Map<String, @Nullable Object> answer, int offset) {
    String text = String.valueOf(answer.get("error_message"));
    if (!"parser".equals(answer.get("error_type"))) {
      return refusal(
          "only one SELECT is run, or WITH, FROM, VALUES, DESCRIBE, SUMMARIZE, SHOW TABLES or"
              + " EXPLAIN of one: "
              + text,
          -1);
    }
    Object position = answer.get("position");
    return refusal(
        "Parser Error: " + text, position == null ? -1 : offset + Integer.parseInt("" + position));
  }

  private static void requireSize(String text) {
    if (text.length() > SQL_CHARS_MAX) {
      throw refusal(
          "the statement has " + text.length() + " characters of at most " + SQL_CHARS_MAX, -1);
    }
    int open = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 0) {
        throw refusal("the statement has a NUL", i);
      }
      open += "([{".indexOf(c) >= 0 ? 1 : ")]}".indexOf(c) >= 0 ? -1 : 0;
      if (open > BRACKETS_MAX) {
        throw refusal("more than " + BRACKETS_MAX + " brackets are open", i);
      }
    }
  }

  private static String withoutSemicolon(String text) {
    String sql = text.stripTrailing();
    return sql.endsWith(";") ? sql.substring(0, sql.length() - 1) : text;
  }

  /** A statement that may be prepared; an EXPLAIN answers with text. */
  record Checked(String sql, boolean isExplain) {}

  /** Reads DuckDB's syntax tree of a statement into maps, lists and texts. Thread-safe. */
  private static final class SyntaxTree {
    /**
     * Some 90 expressions within each other. DuckDB itself allows 1,000, and with 900 its planner
     * runs out of the thread's stack, which takes the whole process with it.
     */
    static final int DEPTH_MAX = 200;

    private static final JsonFactory JSON =
        JsonFactory.builder()
            .streamReadConstraints(
                StreamReadConstraints.builder().maxNestingDepth(DEPTH_MAX).build())
            .build();

    /** Reads a tree; throws IOException if it is too deep or holds an absurd number or text. */
    static Map<String, @Nullable Object> parse(String json) throws IOException {
      try (JsonParser parser = JSON.createParser(json)) {
        parser.nextToken();
        return object(parser);
      }
    }

    private static @Nullable Object value(JsonParser json) throws IOException {
      return switch (json.currentToken()) {
        case START_OBJECT -> object(json);
        case START_ARRAY -> list(json);
        case VALUE_NULL -> null;
        default -> json.getText();
      };
    }

    private static Map<String, @Nullable Object> object(JsonParser json) throws IOException {
      Map<String, @Nullable Object> object = new LinkedHashMap<>();
      for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
        json.nextToken();
        object.put(name, value(json));
      }
      return object;
    }

    private static List<@Nullable Object> list(JsonParser json) throws IOException {
      List<@Nullable Object> list = new ArrayList<>();
      while (json.nextToken() != JsonToken.END_ARRAY) {
        list.add(value(json));
      }
      return list;
    }
  }
}
