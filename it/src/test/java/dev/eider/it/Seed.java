package dev.eider.it;

import java.util.Random;

/** Where randomness comes from: {@code -Deider.it.seed=N} repeats a run that failed. */
public final class Seed {
  private Seed() {}

  /** A generator whose seed has been printed. */
  public static Random random(Class<?> test) {
    long seed = Long.getLong("eider.it.seed", System.nanoTime());
    System.out.printf("%s: -Deider.it.seed=%d%n", test.getSimpleName(), seed);
    return new Random(seed);
  }
}
