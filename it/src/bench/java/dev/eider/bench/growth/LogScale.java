package dev.eider.bench.growth;

import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * A logarithmic axis over whole decades. Immutable.
 *
 * @param low the exponent of the least value shown
 * @param high the exponent of the largest, more than that of the least
 * @param from where the least value lies, in pixels
 * @param to where the largest value lies
 */
record LogScale(int low, int high, double from, double to) {

  /** The fewest decades that hold all of the values. */
  static LogScale over(DoubleStream values, double from, double to) {
    double[] sorted = values.filter(value -> value > 0).sorted().toArray();
    int low = sorted.length == 0 ? 0 : (int) Math.floor(Math.log10(sorted[0]));
    int high = sorted.length == 0 ? 1 : (int) Math.ceil(Math.log10(sorted[sorted.length - 1]));
    return new LogScale(low, Math.max(high, low + 1), from, to);
  }

  double at(double value) {
    double share = (Math.log10(value) - low) / (high - low);
    return from + share * (to - from);
  }

  /** The powers of ten on it. */
  List<Double> decades() {
    return IntStream.rangeClosed(low, high).mapToObj(i -> Math.pow(10, i)).toList();
  }

  static String label(double decade) {
    return decade >= 1 ? String.format("%,.0f", decade) : String.valueOf((float) decade);
  }
}
