package dev.eider.bench.growth;

import dev.eider.bench.Rig;

/** Something that is measured at several sizes. */
public interface Growth {
  /** What {@code --only} takes. */
  String name();

  /** One line for {@code --list}. */
  String about();

  /** Measures at every size, smallest first. What it starts it ends; what it writes it removes. */
  void run(Rig rig, Curves curves) throws Exception;
}
