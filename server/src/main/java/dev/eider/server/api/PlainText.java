package dev.eider.server.api;

import dev.eider.server.event.RunId;
import org.jspecify.annotations.Nullable;

/** The rules of texts that people choose: names of agents, keys and values of labels. Pure. */
final class PlainText {
  private static final int AGENT_ID_CHARS_MAX = RunId.CHARS_MAX;

  private PlainText() {}

  /** Counts characters as people do, one an emoji: the code points of Unicode. */
  static int chars(String text) {
    return text.codePointCount(0, text.length());
  }

  /** Returns the first characters of a text, with dots for the rest. */
  static String start(String text, int charsMax) {
    return chars(text) <= charsMax
        ? text
        : text.substring(0, text.offsetByCodePoints(0, charsMax)) + "...";
  }

  /** Returns what is wrong with the name of an agent; null for nothing. */
  static @Nullable String problemOfAgentId(String agentId) {
    int chars = chars(agentId);
    if (chars > AGENT_ID_CHARS_MAX) {
      return "must be at most "
          + AGENT_ID_CHARS_MAX
          + " characters (code points of Unicode); it has "
          + chars;
    }
    int character;
    for (int i = 0; i < agentId.length(); i += Character.charCount(character)) {
      character = agentId.codePointAt(i);
      if (!isPrintable(character)) {
        return "must be printable text; it has U+%04X at character %d"
            .formatted(character, agentId.codePointCount(0, i));
      }
    }
    return null;
  }

  private static boolean isPrintable(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
