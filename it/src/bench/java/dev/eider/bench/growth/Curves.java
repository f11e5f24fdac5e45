package dev.eider.bench.growth;

import dev.eider.bench.Rig;
import dev.eider.bench.Unit;
import dev.eider.bench.wire.EiderPeer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The points measured so far, by plot and line. Owned by one thread. */
public final class Curves {
  private final Rig rig;
  private final Map<Axes, Map<String, List<Point>>> plots = new LinkedHashMap<>();

  public Curves(Rig rig) {
    this.rig = rig;
  }

  /** Takes a point; those of a line come from left to right. */
  void add(Axes plot, String line, long x, double y) {
    plots
        .computeIfAbsent(plot, axes -> new LinkedHashMap<>())
        .computeIfAbsent(line, name -> new ArrayList<>())
        .add(new Point(x, y));
    String figure = String.format("growth, %s, at %,d", line, x);
    rig.report(figure, EiderPeer.NAME, plot.unit(), y);
  }

  /** Draws each plot into a file of its own, and returns the files. */
  public List<Path> writeTo(Path directory) throws IOException {
    if (!plots.isEmpty()) {
      Files.createDirectories(directory);
    }
    List<Path> files = new ArrayList<>();
    for (Map.Entry<Axes, Map<String, List<Point>>> plot : plots.entrySet()) {
      Path file = directory.resolve(plot.getKey().file() + ".svg");
      Files.writeString(file, new Plot(plot.getKey(), plot.getValue()).svg());
      files.add(file);
    }
    return files;
  }

  /** A measured value at a size; both more than 0. */
  record Point(double x, double y) {}

  /**
   * What a plot shows.
   *
   * @param file its name without the ending
   */
  record Axes(String file, String title, String x, Unit unit) {}
}
