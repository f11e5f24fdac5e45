package dev.eider.server.event;

/** The id of a run. Immutable. */
public record RunId(String value) implements Comparable<RunId> {
  /** The longest run id and agent id, in characters. */
  public static final int CHARS_MAX = 128;

  /** Returns whether a client may give a run this id. */
  public static boolean isValid(String value) {
    return !value.isEmpty()
        && value.charAt(0) != '.'
        && value.charAt(0) != '-'
        && hasIdCharacters(value);
  }

  /** Returns whether a text is at most {@link #CHARS_MAX} of {@code [A-Za-z0-9._-]}. */
  public static boolean hasIdCharacters(String value) {
    if (value.length() > CHARS_MAX) {
      return false;
    }
    for (int i = 0; i < value.length(); i++) {
      if (!isIdCharacter(value.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isIdCharacter(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '.'
        || c == '_'
        || c == '-';
  }

  @Override
  public int compareTo(RunId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
