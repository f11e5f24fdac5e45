package dev.eider.cli.arena;

/**
 * Chance without memory: a throw depends on the seed, the turn and what it is thrown for, and on
 * nothing that happened before. Two branches of a game therefore meet the same luck. Immutable.
 */
record Dice(int seed, int turn) {
  private static final long GOLDEN = 0x9e3779b97f4a7c15L;

  /** Returns a number from 0 to {@code bound - 1}. */
  int roll(String purpose, int bound) {
    long mixed = mix(mix(mix(seed) + turn) + purpose.hashCode());
    return (int) Math.floorMod(mixed, (long) bound);
  }

  /** Scatters the bits of a number (the finalizer of SplitMix64). */
  private static long mix(long value) {
    long mixed = value + GOLDEN;
    mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }
}
