package dev.eider.bench.wire;

/** What the numbered runs are called. */
public final class RunNames {
  private RunNames() {}

  public static String of(int run) {
    return "run-" + run;
  }
}
