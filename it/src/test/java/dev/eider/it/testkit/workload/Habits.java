package dev.eider.it.testkit.workload;

/**
 * What players do. Immutable.
 *
 * @param runsAtATime how many runs the players share
 * @param textCharsMax how long the text of an event gets
 * @param restMsMax how long a player rests between two steps
 * @param triesMax how often a call is made before its client gives up
 */
public record Habits(
    Shares shares, int runsAtATime, int textCharsMax, int restMsMax, int triesMax) {
  /** How many of a hundred steps are what; the others are publishes. */
  public record Shares(int closes, int deletes, int forks, int rows) {}

  /** Some of everything, with the patience to outlive any fault. */
  public static final Habits USUAL = new Habits(new Shares(1, 1, 2, 4), 5, 2_000, 1, 10_000);

  /** Returns habits of short runs, and of small events for small bounds. */
  public static Habits brief(int runsAtATime) {
    return new Habits(new Shares(3, 5, 6, 12), runsAtATime, 300, 15, 60);
  }

  /** Returns habits of those who publish alone. */
  public static Habits publishing(int runs, int textCharsMax, int restMsMax) {
    return new Habits(new Shares(0, 0, 0, 10), runs, textCharsMax, restMsMax, 10_000);
  }
}
