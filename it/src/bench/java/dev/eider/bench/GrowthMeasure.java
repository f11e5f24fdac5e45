package dev.eider.bench;

import dev.eider.bench.growth.Curves;
import dev.eider.bench.growth.Growth;

/** A growth among other measures. */
record GrowthMeasure(Growth growth, Curves curves) implements Measure {
  @Override
  public String name() {
    return growth.name();
  }

  @Override
  public String about() {
    return growth.about();
  }

  @Override
  public void run(Rig rig) throws Exception {
    growth.run(rig, curves);
  }
}
