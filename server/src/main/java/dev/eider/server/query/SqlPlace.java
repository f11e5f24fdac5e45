package dev.eider.server.query;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Places in a statement. DuckDB counts bytes of UTF-8, or shows an excerpt with a caret below it;
 * callers count characters, from 0. Thread-safe.
 */
final class SqlPlace {
  private static final Pattern EXCERPT =
      Pattern.compile("\n\n(LINE (\\d+): )([^\n]*)\n( *)\\^[^\n]*");

  /** What stands for the rest of a line that DuckDB has shortened. */
  private static final String MORE = "...";

  /** The most characters before a place that an excerpt shows. */
  private static final int BEFORE_MAX = 60;

  private static final int AFTER_MAX = 40;

  private SqlPlace() {}

  /** Returns the character at a byte. */
  static int characters(String sql, long bytes) {
    byte[] utf8 = sql.getBytes(StandardCharsets.UTF_8);
    int end = (int) Math.max(0, Math.min(bytes, utf8.length));
    String before = new String(utf8, 0, end, StandardCharsets.UTF_8);
    return before.codePointCount(0, before.length());
  }

  /** Returns the character above the caret of DuckDB's excerpt, or -1 if there is none. */
  static int characters(String sql, String message) {
    Matcher excerpt = EXCERPT.matcher(message);
    if (!excerpt.find()) {
      return -1;
    }
    String shown = excerpt.group(3);
    int width = excerpt.group(4).length() - excerpt.group(1).length();
    int inShown = 0;
    for (int i = 0;
        i < shown.length() && width > 0;
        i += Character.charCount(shown.codePointAt(i))) {
      width -= width(shown.codePointAt(i));
      inShown = i + Character.charCount(shown.codePointAt(i));
    }
    int start = lineStart(sql, Integer.parseInt(excerpt.group(2)));
    int cutOff = shown.startsWith(MORE) && !sql.startsWith(MORE, start) ? MORE.length() : 0;
    String known =
        shown.endsWith(MORE) ? shown.substring(0, shown.length() - MORE.length()) : shown;
    int found = cutOff > known.length() ? -1 : sql.indexOf(known.substring(cutOff), start);
    return found < 0 || inShown < cutOff
        ? -1
        : sql.codePointCount(0, Math.min(sql.length(), found + inShown - cutOff));
  }

  /** Returns an excerpt as DuckDB makes it, with a caret below a character, to be appended. */
  static String excerpt(String sql, long characters) {
    if (characters < 0 || characters > sql.codePointCount(0, sql.length())) {
      return "";
    }
    int place = sql.offsetByCodePoints(0, (int) characters);
    int start = sql.lastIndexOf('\n', place - 1) + 1;
    int newline = sql.indexOf('\n', place);
    int end = newline < 0 ? sql.length() : newline;
    long line = 1 + sql.substring(0, start).chars().filter(c -> c == '\n').count();
    boolean isCutBefore = place - start > BEFORE_MAX;
    boolean isCutAfter = end - place > AFTER_MAX;
    String before =
        isCutBefore ? MORE + sql.substring(place - BEFORE_MAX, place) : sql.substring(start, place);
    String after =
        isCutAfter ? sql.substring(place, place + AFTER_MAX) + MORE : sql.substring(place, end);
    String prefix = "LINE " + line + ": ";
    int width = prefix.length() + before.codePoints().map(SqlPlace::width).sum();
    return "\n\n" + prefix + before + after + "\n" + " ".repeat(width) + "^";
  }

  private static int lineStart(String sql, int line) {
    int start = 0;
    for (int i = 1; i < line; i++) {
      start = sql.indexOf('\n', start) + 1;
    }
    return start;
  }

  /** Returns how many columns of a terminal a character takes. */
  private static int width(int character) {
    int type = Character.getType(character);
    if (type == Character.NON_SPACING_MARK
        || type == Character.ENCLOSING_MARK
        || type == Character.FORMAT) {
      return 0;
    }
    boolean isWide =
        (character >= 0x1100 && character <= 0x115F)
            || (character >= 0x2E80 && character <= 0xA4CF)
            || (character >= 0xAC00 && character <= 0xD7A3)
            || (character >= 0xF900 && character <= 0xFAFF)
            || (character >= 0xFE30 && character <= 0xFE6F)
            || (character >= 0xFF00 && character <= 0xFF60)
            || (character >= 0xFFE0 && character <= 0xFFE6)
            || (character >= 0x1F300 && character <= 0x1FAFF)
            || (character >= 0x20000 && character <= 0x3FFFD);
    return isWide ? 2 : 1;
  }
}
