package dev.eider.it.sim;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The command that runs simulations: {@code ./eider simulate}. Exit codes: 0 all promises were
 * kept, 1 one was broken, 2 the command line is wrong.
 */
@Command(
    name = "eider simulate",
    description = {
      "Lives through crashes, failing disks and unfair threads in memory: each seed is another life"
          + " of a daemon and its clients, and the same seed is the same life again.",
      "Stops at the first promise that is broken, with the seed that shows it."
    },
    mixinStandardHelpOptions = true)
final class Simulate implements Callable<Integer> {
  private static final long TOLD_EVERY_S = 10;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      description = "How many lives to run; 0 goes on for ever. Default: ${DEFAULT-VALUE}")
  private long seeds = 10_000;

  @Option(
      names = "--from",
      paramLabel = "SEED",
      description = "The first seed. Default: ${DEFAULT-VALUE}")
  private long from;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "How many lives at a time. Default: one for each processor")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--mutant",
      paramLabel = "NAME",
      description = "Gives the daemon a bug, to see it found: ${COMPLETION-CANDIDATES}")
  private Mutant mutant = Mutant.NONE;

  @Option(names = "--log", description = "Shows the daemon's own log. Best with --seeds 1")
  private boolean log;

  private final PrintStream out;
  private final AtomicLong next = new AtomicLong();
  private final Results results = new Results();

  private Simulate(PrintStream out) {
    this.out = out;
  }

  public static void main(String[] args) {
    CommandLine command =
        new CommandLine(new Simulate(System.out)).setCaseInsensitiveEnumValuesAllowed(true);
    System.exit(command.execute(args));
  }

  @Override
  public Integer call() throws InterruptedException {
    ((Logger) LoggerFactory.getLogger("dev.eider.server")).setLevel(log ? Level.DEBUG : Level.OFF);
    long begunNanos = System.nanoTime();
    next.set(from);
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    for (int i = 0; i < threads; i++) {
      pool.execute(this::work);
    }
    pool.shutdown();
    while (!pool.awaitTermination(TOLD_EVERY_S, TimeUnit.SECONDS)) {
      out.printf("%,d lives%n", results.lives);
    }
    double seconds = (System.nanoTime() - begunNanos) / 1e9;
    out.print(results.tally);
    out.printf(
        "%,d lives from seed %d in %.0f s: %s%n",
        results.lives, from, seconds, results.isBroken ? "a promise is broken" : "all kept");
    return results.isBroken ? 1 : 0;
  }

  private void work() {
    while (!results.isBroken) {
      long seed = next.getAndIncrement();
      if (seeds > 0 && seed >= from + seeds) {
        return;
      }
      results.add(Life.of(seed, mutant), out);
    }
  }
}
