package dev.eider.bench;

import dev.eider.bench.wire.EiderPeer;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * A line of the table. Immutable.
 *
 * @param met empty when there is no aim, or it cannot be judged
 */
record Row(
    String measure,
    String figure,
    String ceiling,
    String ratio,
    String bestPeer,
    String peerRatio,
    String aim,
    String met) {
  static final Row HEAD =
      new Row("measure", "Eider", "ceiling", "ratio", "best peer", "ratio", "aim", "met");

  /** The lines of everything that was measured on Eider. */
  static List<Row> of(Results results, Collection<PeerPromise> peers) {
    return results.names().stream()
        .filter(name -> results.median(name, EiderPeer.NAME).isPresent())
        .map(name -> of(name, results, peers))
        .toList();
  }

  private static Row of(String name, Results results, Collection<PeerPromise> peers) {
    Unit unit = results.unit(name);
    Aim aim = Catalogue.aim(name);
    double value = results.median(name, EiderPeer.NAME).orElseThrow();
    OptionalDouble ceiling = results.median(name, aim.ceiling());
    Best best = Best.of(name, results, peers);
    return new Row(
        name,
        unit.text(value),
        ceiling.isPresent() ? unit.text(ceiling.getAsDouble()) + " " + aim.ceiling() : "",
        ratio(value, ceiling),
        best.value().isPresent() ? unit.text(best.value().getAsDouble()) + " " + best.peer() : "",
        ratio(value, best.value()),
        aim.text(unit),
        aim.isMet(unit, value, ceiling, best.value()).map(met -> met ? "yes" : "no").orElse(""));
  }

  private static String ratio(double value, OptionalDouble other) {
    return other.isPresent() && other.getAsDouble() > 0
        ? String.format(Locale.ROOT, "%.2f", value / other.getAsDouble())
        : "";
  }

  List<String> cells() {
    return List.of(measure, figure, ceiling, ratio, bestPeer, peerRatio, aim, met);
  }

  /** The best of the stores that make the same promise over the network. */
  private record Best(String peer, OptionalDouble value) {
    static Best of(String name, Results results, Collection<PeerPromise> peers) {
      Best best = new Best("", OptionalDouble.empty());
      for (PeerPromise peer : peers) {
        OptionalDouble value = results.median(name, peer.name());
        if (peer.isComparable() && value.isPresent() && best.isWorseThan(value, results, name)) {
          best = new Best(peer.name(), value);
        }
      }
      return best;
    }

    private boolean isWorseThan(OptionalDouble other, Results results, String name) {
      return value.isEmpty()
          || results.unit(name).moreIsBetter() == other.getAsDouble() > value.getAsDouble();
    }
  }
}
