package dev.eider.it.sim;

import dev.eider.it.testkit.workload.Tally;
import org.jspecify.annotations.Nullable;

/**
 * How one simulation went. Immutable.
 *
 * @param broken what it broke, or null; its message begins with the {@link Rule}
 */
record Life(long seed, Mutant mutant, Tally tally, @Nullable Throwable broken) {
  @SuppressWarnings("CatchAllThrowable") // whatever it is, it is what this seed shows
  static Life of(long seed, Mutant mutant) {
    Simulation simulation = new Simulation(seed, mutant);
    try {
      simulation.run();
      return new Life(seed, mutant, simulation.tally, null);
    } catch (Throwable t) {
      return new Life(seed, mutant, simulation.tally, t);
    }
  }

  /** Returns the command that shows it again. */
  String command() {
    return "./eider simulate --from "
        + seed
        + " --seeds 1"
        + (mutant == Mutant.NONE ? "" : " --mutant " + mutant);
  }
}
