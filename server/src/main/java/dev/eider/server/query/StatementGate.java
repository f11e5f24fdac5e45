package dev.eider.server.query;

import static dev.eider.server.query.SqlRefusal.refusal;

import dev.eider.server.base.BrokerException;
import dev.eider.server.store.sql.QueryException;
import dev.eider.server.store.sql.SqlSession;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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

  private StatementGate() {}

  /**
   * Checks a text.
   *
   * @throws BrokerException INVALID_QUERY
   * @throws QueryException if DuckDB cannot be asked
   */
  static Checked check(String text, SqlSession session) throws QueryException {
    requireSize(text);
    String sql = withoutSemicolon(text);
    Matcher explain = EXPLAIN.matcher(sql);
    boolean isExplain = explain.matches();
    String select = isExplain ? explain.group(2) : sql;
    // In bytes, as DuckDB counts.
    int offset = isExplain ? utf8Length(sql.substring(0, explain.start(2))) : 0;
    new TreeCheck(text, offset).check(tree(text, select, offset, session));
    if (!isExplain) {
      return new Checked(sql, false);
    }
    // Put together anew: what the pattern takes for a comment DuckDB may take for more.
    return new Checked((explain.group(1) == null ? "EXPLAIN " : "EXPLAIN ANALYZE ") + select, true);
  }

  private static Map<String, @Nullable Object> tree(
      String text, String select, int offset, SqlSession session) throws QueryException {
    Map<String, @Nullable Object> answer;
    try {
      answer = SyntaxTree.parse(session.syntaxTree(select));
    } catch (IOException e) {
      throw refusal("the statement is nested too deeply, or has a number that is too long");
    }
    if ("true".equals(answer.get("error"))) {
      throw problem(answer, text, offset);
    }
    if (!(answer.get("statements") instanceof List<?> statements) || statements.isEmpty()) {
      throw refusal("there is no statement");
    }
    if (statements.size() > 1) {
      throw refusal("there are " + statements.size() + " statements; send one at a time");
    }
    return answer;
  }

  private static BrokerException problem(
      Map<String, @Nullable Object> answer, String sql, int offset) {
    String text = String.valueOf(answer.get("error_message"));
    if (!"parser".equals(answer.get("error_type"))) {
      return refusal(
          "only one SELECT is run, or WITH, FROM, VALUES, DESCRIBE, SUMMARIZE, SHOW TABLES or EXPLAIN"
              + " of one: "
              + text);
    }
    Object position = answer.get("position");
    return refusal(
        "Parser Error: " + text,
        sql,
        position == null ? -1 : offset + Integer.parseInt("" + position));
  }

  private static void requireSize(String text) {
    if (text.length() > SQL_CHARS_MAX) {
      throw refusal(
          "the statement has " + text.length() + " characters of at most " + SQL_CHARS_MAX);
    }
    int open = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 0) {
        throw refusal("the statement has a NUL", text, utf8Length(text.substring(0, i)));
      }
      open += "([{".indexOf(c) >= 0 ? 1 : ")]}".indexOf(c) >= 0 ? -1 : 0;
      if (open > BRACKETS_MAX) {
        throw refusal(
            "more than " + BRACKETS_MAX + " brackets are open",
            text,
            utf8Length(text.substring(0, i)));
      }
    }
  }

  private static int utf8Length(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static String withoutSemicolon(String text) {
    String sql = text.stripTrailing();
    return sql.endsWith(";") ? sql.substring(0, sql.length() - 1) : text;
  }

  /**
   * A statement that may be prepared.
   *
   * @param isExplain an EXPLAIN, whose answer is text
   */
  record Checked(String sql, boolean isExplain) {}
}
