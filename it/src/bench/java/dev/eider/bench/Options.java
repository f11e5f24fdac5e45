package dev.eider.bench;

import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** What can be said on the command line. Written by picocli, then only read. */
final class Options {
  private static final int FULL_SECONDS = 15;
  private static final int QUICK_MINUTES = 9;
  private static final int RECORD_ROUNDS = 3;
  private static final long MILLION = 1_000_000;

  @Option(names = "--list", description = "Lists what can be measured, and exits")
  boolean list;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "NAMES",
      description = "Measures only these, separated by commas; see --list")
  List<String> only = List.of();

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "Measures everything so often and tells the median. Default: 1")
  Integer rounds;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "How long each timed part runs. Default: 5, with --full 15")
  Integer seconds;

  @Option(
      names = "--events",
      paramLabel = "N",
      description =
          "How many events are stored to be read, and the end of each curve. Default: 1000000; with"
              + " --full 5000000, and 10000000 for the curves")
  Long events;

  @Option(
      names = "--open-runs",
      paramLabel = "N",
      description = "How many runs are held open. Default: ${DEFAULT-VALUE}")
  int openRuns = 100_000;

  @Option(names = "--full", description = "Measures at the sizes that aims are given for")
  boolean full;

  @Option(
      names = "--minutes",
      paramLabel = "N",
      description =
          "Begins with nothing more after so many minutes; 0 goes on. Default: 9, or 0 with --full,"
              + " --growth, --peers, --record or several rounds")
  Integer minutes;

  @Option(
      names = "--peers",
      description = "Also measures the other stores that there are on this machine")
  boolean peers;

  @Option(
      names = "--growth",
      description = "Measures instead how cost grows with size, and draws it")
  boolean growth;

  @Option(
      names = "--record",
      description =
          "Measures everything in full, with --peers, in three rounds, then the growth, and writes"
              + " docs/performance.md and what belongs to it. Takes hours")
  boolean record;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Uses the recorded runs in this directory instead of random words")
  Path data;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Where to write: the disk under measurement. Default: target/eider-bench")
  Path directory;

  @Option(names = "--json", paramLabel = "FILE", description = "Writes all figures there")
  Path json;

  @Option(
      names = "--markdown",
      paramLabel = "FILE",
      description =
          "Writes the tables there; into a file that has the marks of docs/performance.md, between"
              + " them")
  Path markdown;

  @Option(
      names = "--plots",
      paramLabel = "DIR",
      description = "Where --growth draws. Default: docs/performance")
  Path plots;

  boolean isFull() {
    return full || record;
  }

  int rounds() {
    return rounds != null ? rounds : record ? RECORD_ROUNDS : 1;
  }

  /** 0 for no limit. */
  long minutesMax() {
    if (minutes != null) {
      return minutes;
    }
    return isFull() || growth || peers || rounds() > 1 ? 0 : QUICK_MINUTES;
  }

  Scale scale() {
    long stored = events != null ? events : isFull() ? 5 * MILLION : MILLION;
    long growthEvents = events != null ? events : isFull() ? 10 * MILLION : MILLION;
    int runs = (int) Math.max(10, stored / Scale.EVENTS_PER_RUN);
    int timedSeconds = seconds != null ? seconds : isFull() ? FULL_SECONDS : 5;
    return new Scale(timedSeconds, stored, runs, openRuns, growthEvents);
  }
}
