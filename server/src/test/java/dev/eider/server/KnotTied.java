package dev.eider.server;

/** The other half of a circle. */
final class KnotTied {
  boolean isTo(Knot.Strand strand) {
    return strand != null;
  }
}
