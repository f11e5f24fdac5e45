package dev.eider.server;

/** One half of a circle, by way of a class that lies in it. */
final class Knot {
  private Knot() {}

  /** Leads to the other half. */
  static final class Strand {
    private final KnotTied end = new KnotTied();

    boolean isTied() {
      return end.isTo(this);
    }
  }
}
