package dev.eider.it.testkit.workload;

/**
 * What a {@link Player} does how often; what is left of a hundred steps are publishes. Immutable.
 *
 * @param runsAtATime how many runs the players share
 * @param textCharsMax how long the text of an event gets
 * @param restMsMax how long a player rests between two steps
 */
public record Habits(
    int closes,
    int deletes,
    int forks,
    int rows,
    int runsAtATime,
    int textCharsMax,
    int restMsMax) {
  /** A hundredth of the steps is a close, and so on. */
  public static final Habits USUAL = new Habits(1, 1, 2, 4, 5, 2_000, 1);

  /** Returns habits of short runs, and of small events for small bounds. */
  public static Habits brief(int runsAtATime) {
    return new Habits(3, 5, 6, 12, runsAtATime, 300, 15);
  }

  /** Returns habits of those who publish alone. */
  public static Habits publishing(int runs, int textCharsMax, int restMsMax) {
    return new Habits(0, 0, 0, 10, runs, textCharsMax, restMsMax);
  }
}
