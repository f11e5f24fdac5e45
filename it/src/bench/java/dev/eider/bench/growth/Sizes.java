package dev.eider.bench.growth;

import java.util.ArrayList;
import java.util.List;

/** The sizes of a curve. */
final class Sizes {
  private Sizes() {}

  /** Every power of ten from one number to another, and that other. */
  static List<Long> decades(long from, long to) {
    List<Long> sizes = new ArrayList<>();
    for (long size = from; size < to; size *= 10) {
      sizes.add(size);
    }
    sizes.add(to);
    return sizes;
  }

  /** About two to a decade. */
  static List<Long> halves(long from, long to) {
    List<Long> sizes = new ArrayList<>();
    for (long size = from; size < to; size *= 10) {
      sizes.add(size);
      if (3 * size < to) {
        sizes.add(3 * size);
      }
    }
    sizes.add(to);
    return sizes;
  }
}
