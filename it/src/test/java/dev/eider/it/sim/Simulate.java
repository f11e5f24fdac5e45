package dev.eider.it.sim;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/** Runs simulations from the command line. */
final class Simulate {
  private Simulate() {}

  public static void main(String[] args) throws Throwable {
    ((Logger) LoggerFactory.getLogger("dev.eider")).setLevel(Level.OFF);
    long from = Long.parseLong(args[0]);
    long count = Long.parseLong(args[1]);
    Mutant mutant = args.length > 2 ? Mutant.valueOf(args[2]) : Mutant.NONE;
    Coverage all = new Coverage();
    long begun = System.nanoTime();
    for (long seed = from; seed < from + count; seed++) {
      try {
        all.addAll(new Simulation(seed, mutant).run());
      } catch (Throwable e) {
        System.out.println("seed " + seed + ": " + e);
        e.printStackTrace(System.out);
        break;
      }
    }
    System.out.println(all);
    System.out.println((System.nanoTime() - begun) / 1_000_000 + " ms");
  }
}
