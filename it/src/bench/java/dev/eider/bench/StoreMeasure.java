package dev.eider.bench;

import dev.eider.bench.wire.EiderPeer;
import java.nio.file.Path;
import java.util.function.Supplier;

/** What is measured on every store by the same code: on Eider, then on the others. */
public abstract class StoreMeasure implements Measure {
  private final String name;
  private final String about;
  private final int runs;

  /**
   * @param runs how many runs the store is told that there will be
   */
  protected StoreMeasure(String name, String about, int runs) {
    this.name = name;
    this.about = about;
    this.runs = runs;
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final String about() {
    return about;
  }

  /** How many runs the store is told that there will be. */
  protected int runs(Scale scale) {
    return runs;
  }

  @Override
  public final void run(Rig rig) throws Exception {
    ceiling(rig);
    for (Supplier<Peer> store : rig.stores()) {
      rig.inDirectory(
          directory -> {
            try (Peer peer = store.get()) {
              measureOne(peer, directory, rig);
            }
          });
    }
  }

  /** Another store's failure is its own: it has no figure. */
  private void measureOne(Peer peer, Path directory, Rig rig) throws Exception {
    try {
      peer.start(directory, runs(rig.scale()));
      measure(peer, rig);
    } catch (Exception | AssertionError e) {
      if (peer instanceof EiderPeer) {
        throw e;
      }
      rig.tell("  no figure for " + peer.name() + ": " + e);
    }
  }

  /** Measures what no store can be faster than, if that takes the same code. */
  protected void ceiling(Rig rig) throws Exception {}

  /** Measures one store that has just been started, with no event in it. */
  protected abstract void measure(Peer peer, Rig rig) throws Exception;
}
