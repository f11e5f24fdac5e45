package dev.eider.it;

import org.junit.jupiter.api.Assumptions;

/** What a test needs beyond a JDK and Maven. */
public final class Need {
  private Need() {}

  /** Skips the test, and says so where people look, unless what it needs is there. */
  public static void that(boolean isThere, String skipped) {
    if (!isThere) {
      System.out.println("skipped: " + skipped);
    }
    Assumptions.assumeTrue(isThere, skipped);
  }
}
