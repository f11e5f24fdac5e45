package dev.eider.it;

/** How much a test does: little in every build, much under the profile {@code long}. */
public final class Scale {
  private static final boolean LONG = Boolean.getBoolean("eider.long");

  private Scale() {}

  /**
   * Returns the property's value if it is set, else one of the two.
   *
   * @param property its name, such as {@code eider.it.chaos}
   */
  public static int of(String property, int everyBuild, int whenLong) {
    return Integer.getInteger(property, LONG ? whenLong : everyBuild);
  }
}
