package dev.eider.bench;

import java.util.Locale;

/** What a figure counts, and which way is better. */
public enum Unit {
  EVENTS_PER_SECOND("ev/s", true),
  DELIVERIES_PER_SECOND("deliveries/s", true),
  QUERIES_PER_SECOND("queries/s", true),
  MICROSECONDS("us", false),
  MILLISECONDS("ms", false),
  SECONDS("s", false),
  MIB("MiB", false),
  TIMES("x", false);

  private final String symbol;
  private final boolean moreIsBetter;

  Unit(String symbol, boolean moreIsBetter) {
    this.symbol = symbol;
    this.moreIsBetter = moreIsBetter;
  }

  public String symbol() {
    return symbol;
  }

  public boolean moreIsBetter() {
    return moreIsBetter;
  }

  /** A number with its unit, with about three digits. */
  public String text(double value) {
    return number(value) + " " + symbol;
  }

  private static String number(double value) {
    if (value >= 100 || value == 0) {
      return String.format(Locale.ROOT, "%,.0f", value);
    }
    return String.format(Locale.ROOT, value >= 10 ? "%.1f" : "%.2f", value);
  }
}
