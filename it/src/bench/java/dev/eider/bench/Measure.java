package dev.eider.bench;

/** One thing that is measured. */
public interface Measure {
  /** What {@code --only} takes; lower case, with hyphens. */
  String name();

  /** One line for {@code --list}. */
  String about();

  /** Measures once and reports the figures. What it starts it ends; what it writes it removes. */
  void run(Rig rig) throws Exception;
}
