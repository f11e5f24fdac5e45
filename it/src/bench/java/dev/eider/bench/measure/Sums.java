package dev.eider.bench.measure;

import dev.eider.bench.Ceiling;
import dev.eider.bench.Latencies;
import dev.eider.bench.Rig;
import dev.eider.bench.Unit;

/** The ceiling of a durable answer: an empty handler's answer, and a force. */
final class Sums {
  private Sums() {}

  /** Reports the echo, and the sum of both at either percentile. */
  static void report(Rig rig, String figure, Latencies echo, Latencies forces) {
    echo.report(rig, figure, Ceiling.ECHO);
    for (int percentile : new int[] {50, 99}) {
      rig.report(
          figure + " p" + percentile,
          Ceiling.ECHO_AND_FORCE,
          Unit.MICROSECONDS,
          echo.micros(percentile) + forces.micros(percentile));
    }
  }
}
