package dev.eider.bench;

import dev.eider.it.Directories;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Supplier;

/** What measures work with: the scale, the events, a directory, and where figures go. */
public final class Rig {
  private final Path directory;
  private final Scale scale;
  private final Workload workload;
  private final Results results;
  private final Progress progress;
  private final List<Supplier<Peer>> stores;
  private int directories;

  Rig(
      Path directory,
      Scale scale,
      Workload workload,
      Results results,
      Progress progress,
      List<Supplier<Peer>> stores) {
    this.directory = directory;
    this.scale = scale;
    this.workload = workload;
    this.results = results;
    this.progress = progress;
    this.stores = stores;
  }

  public Scale scale() {
    return scale;
  }

  public Workload workload() {
    return workload;
  }

  /** Whom is measured: Eider first. */
  List<Supplier<Peer>> stores() {
    return stores;
  }

  /** Says what is being done. */
  public void tell(String what) {
    progress.tell(what);
  }

  /** Takes a figure into the results, and shows it. */
  public void report(String name, String subject, Unit unit, double value) {
    results.add(new Figure(name, subject, unit, value));
    progress.tell(String.format("  %-46s %-24s %s", name, subject, unit.text(value)));
  }

  /** A figure of before; the median over rounds. */
  public OptionalDouble reported(String name, String subject) {
    return results.median(name, subject);
  }

  /** Does something with an empty directory on the disk under measurement, then removes it. */
  public void inDirectory(DirectoryWork work) throws Exception {
    Path own = directory.resolve("part-" + directories++);
    Directories.empty(own);
    try {
      work.in(own);
    } finally {
      Directories.delete(own);
    }
  }

  /** What is done in a directory. */
  public interface DirectoryWork {
    void in(Path directory) throws Exception;
  }
}
