package dev.eider.server.fork;

import java.util.ArrayList;
import java.util.List;

/**
 * A JSON pointer (RFC 6901): the names on the way from the whole document to a place. Immutable.
 */
record JsonPointer(List<String> tokens) {
  /**
   * Parses a pointer.
   *
   * @throws MutationException if it is none
   */
  static JsonPointer parse(String text) throws MutationException {
    if (text.isEmpty()) {
      return new JsonPointer(List.of());
    }
    if (text.charAt(0) != '/') {
      throw new MutationException("pointer \"" + text + "\" does not begin with /");
    }
    List<String> tokens = new ArrayList<>();
    for (String token : text.substring(1).split("/", -1)) {
      tokens.add(unescape(token, text));
    }
    return new JsonPointer(List.copyOf(tokens));
  }

  boolean isWhole() {
    return tokens.isEmpty();
  }

  JsonPointer rest() {
    return new JsonPointer(tokens.subList(1, tokens.size()));
  }

  boolean isPrefixOf(JsonPointer other) {
    return other.tokens.size() > tokens.size()
        && other.tokens.subList(0, tokens.size()).equals(tokens);
  }

  private static String unescape(String token, String pointer) throws MutationException {
    StringBuilder plain = new StringBuilder(token.length());
    for (int i = 0; i < token.length(); i++) {
      char c = token.charAt(i);
      if (c == '~') {
        i++;
        char code = i < token.length() ? token.charAt(i) : ' ';
        if (code != '0' && code != '1') {
          throw new MutationException(
              "pointer \"" + pointer + "\" has a ~ that neither 0 nor 1 follows");
        }
        c = code == '0' ? '~' : '/';
      }
      plain.append(c);
    }
    return plain.toString();
  }
}
