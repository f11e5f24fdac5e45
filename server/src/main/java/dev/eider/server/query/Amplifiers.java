package dev.eider.server.query;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What single functions make of little, as factors. What cannot be told from the statement is a
 * {@link Refused}. Thread-safe.
 */
final class Amplifiers {
  /** The most that factors may come to when multiplied. */
  static final long FACTOR_MAX = 100_000;

  /** The largest width or precision of a format. */
  static final int WIDTH_MAX = 1_000;

  /** Every number given to them counts. */
  private static final Set<String> OF_NUMBERS = Set.of("range", "generate_series");

  /** Their second argument is a length. */
  private static final Set<String> OF_LENGTH =
      Set.of("repeat", "lpad", "rpad", "list_resize", "array_resize", "bitstring");

  /** Their last argument comes between the others, or between the values of a list. */
  private static final Set<String> WITH_SEPARATOR =
      Set.of(
          "array_to_string",
          "string_agg",
          "group_concat",
          "listagg",
          "list_aggregate",
          "list_aggr",
          "array_aggregate",
          "array_aggr",
          "aggregate");

  /**
   * Write each byte or level as several. They count for more than they are, since what they read
   * may be long already.
   */
  private static final Set<String> WIDENING =
      Set.of(
          "hex",
          "to_hex",
          "bin",
          "to_binary",
          "base64",
          "to_base64",
          "url_encode",
          "json_pretty",
          "json_quote",
          "to_json",
          "translate");

  private static final long WIDENED = 10;

  private static final Pattern BRACES = Pattern.compile("\\{\\{|\\{([^{}]*)(.?)", Pattern.DOTALL);
  private static final Pattern PERCENT =
      Pattern.compile("%%|%([-+ #0']*[\\d*$]*(?:\\.[\\d*]*)?)", Pattern.DOTALL);
  private static final Pattern DIGITS = Pattern.compile("\\d+");

  /** What a text that is not in the statement counts for. */
  private static final long UNKNOWN_TEXT = 100;

  private Amplifiers() {}

  /** Multiplies factors; what is beyond the bound is as good as any. */
  static long product(long a, long b) {
    return Math.min(FACTOR_MAX + 1, a) * Math.min(FACTOR_MAX + 1, b) > FACTOR_MAX
        ? FACTOR_MAX + 1
        : a * b;
  }

  /** Returns by how much a call makes its arguments larger, at least 1. */
  static long factor(String name, List<?> arguments) {
    if (OF_NUMBERS.contains(name)) {
      return numbers(name, arguments);
    }
    if (name.equals("bitstring_agg")) {
      return numbers(name, arguments.subList(Math.min(1, arguments.size()), arguments.size()));
    }
    if (OF_LENGTH.contains(name)) {
      return length(name, arguments);
    }
    if (WITH_SEPARATOR.contains(name) && arguments.size() > 1) {
      String separator = text(arguments.get(arguments.size() - 1));
      return separator == null ? 1 : Math.max(1, bytes(separator) / 4);
    }
    if (WIDENING.contains(name)) {
      return WIDENED;
    }
    return switch (name) {
      case "bar", "to_base" -> lastNumber(name, arguments);
      case "strftime" -> timeFormat(arguments);
      case "concat_ws" -> separator(arguments);
      case "format", "printf" -> format(name, arguments);
      case "replace", "regexp_replace" -> replacement(name, arguments);
      default -> 1;
    };
  }

  /** The third or fourth argument is a width. */
  private static long lastNumber(String name, List<?> arguments) {
    int widthAt = name.equals("bar") ? 3 : 2;
    return arguments.size() > widthAt ? 1 + amount(name, arguments.get(widthAt)) : 1;
  }

  private static long timeFormat(List<?> arguments) {
    String format =
        arguments.stream().map(Amplifiers::text).filter(Objects::nonNull).findFirst().orElse(null);
    if (format == null) {
      throw new Refused("the format of 'strftime' has to be a constant");
    }
    if (bytes(format) > WIDTH_MAX) {
      throw new Refused("the format of 'strftime' has more than " + WIDTH_MAX + " bytes");
    }
    return 1;
  }

  private static long separator(List<?> arguments) {
    String separator = arguments.isEmpty() ? null : text(arguments.get(0));
    return separator == null ? 1 : Math.max(1, bytes(separator) / 4);
  }

  private static long numbers(String name, List<?> arguments) {
    long factor = 1;
    for (Object argument : arguments) {
      factor = product(factor, 1 + amount(name, argument));
    }
    return factor;
  }

  private static long length(String name, List<?> arguments) {
    if (arguments.size() < 2) {
      return 1;
    }
    long factor = 1 + amount(name, arguments.get(1));
    if (name.equals("repeat")) {
      String repeated = text(arguments.get(0));
      return product(factor, repeated == null ? UNKNOWN_TEXT : Math.max(1, bytes(repeated)));
    }
    boolean isFilled = name.endsWith("_resize") && arguments.size() > 2;
    return isFilled && !isConstant(arguments.get(2)) ? product(factor, UNKNOWN_TEXT) : factor;
  }

  private static long amount(String name, Object argument) {
    String digits = text(argument);
    if (digits == null || !digits.matches("-?\\d{1,9}")) {
      throw new Refused("'" + name + "' takes constant whole numbers only, up to " + FACTOR_MAX);
    }
    return Math.abs(Long.parseLong(digits));
  }

  private static long format(String name, List<?> arguments) {
    String format = arguments.isEmpty() ? null : text(arguments.get(0));
    if (format == null) {
      throw new Refused("the format of '" + name + "' has to be a constant");
    }
    Matcher field = (name.equals("format") ? BRACES : PERCENT).matcher(format);
    long fields = 0;
    while (field.find()) {
      String spec = field.group(1);
      if (spec != null) {
        fields++;
        boolean isNested = field.groupCount() > 1 && "{".equals(field.group(2));
        requireNarrow(name, spec, isNested || spec.indexOf('*') >= 0);
      }
    }
    // A field can name an argument that others have named.
    long others = Math.max(1, arguments.size() - 1);
    return Math.max(1, (fields + others - 1) / others);
  }

  private static void requireNarrow(String name, String spec, boolean isWidthElsewhere) {
    if (isWidthElsewhere) {
      throw new Refused("a width of '" + name + "' has to be a number in its format");
    }
    Matcher digits = DIGITS.matcher(spec);
    while (digits.find()) {
      if (digits.group().length() > 9 || Long.parseLong(digits.group()) > WIDTH_MAX) {
        throw new Refused(
            "a width of '%s' is %s, of at most %d".formatted(name, digits.group(), WIDTH_MAX));
      }
    }
  }

  private static long replacement(String name, List<?> arguments) {
    if (arguments.size() < 3) {
      return 1;
    }
    if (!isConstant(arguments.get(2))) {
      throw new Refused("the replacement of '" + name + "' has to be a constant");
    }
    String to = text(arguments.get(2));
    if (to == null || to.isEmpty()) {
      return 1;
    }
    if (name.equals("regexp_replace")) {
      // A pattern can match between any two characters.
      return 1 + bytes(to);
    }
    String from = text(arguments.get(1));
    long bytesFrom = from == null ? 1 : Math.max(1, bytes(from));
    return Math.max(1, (bytes(to) + bytesFrom - 1) / bytesFrom);
  }

  static boolean isConstant(Object argument) {
    return argument instanceof Map<?, ?> constant && "CONSTANT".equals(constant.get("class"));
  }

  /** Returns the text of a constant, also of one that is a number, or null. */
  private static @Nullable String text(Object argument) {
    return isConstant(argument)
            && ((Map<?, ?>) argument).get("value") instanceof Map<?, ?> value
            && value.get("value") instanceof String text
        ? text
        : null;
  }

  private static long bytes(String text) {
    return text.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
  }

  /** A call that is not allowed, without its place. */
  static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;

    Refused(String problem) {
      super(problem, null, false, false);
    }
  }
}
