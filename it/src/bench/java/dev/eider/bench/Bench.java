package dev.eider.bench;

import dev.eider.bench.measure.Measures;
import dev.eider.bench.wire.EiderPeer;
import dev.eider.it.Directories;
import dev.eider.it.RepositoryRoot;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The command that measures: {@code ./eider bench}. Exit codes: 0 all was measured, be the aims met
 * or not; 1 something could not be measured; 2 the command line is wrong.
 */
@Command(
    name = "eider bench",
    description = {
      "Measures the packaged daemon in a process of its own, and in the same run what the disk, gRPC"
          + " and DuckDB allow; prints one table. Clients and daemon share the machine, on"
          + " loopback. What it writes it removes.",
      "Meaningless on a machine that does something else meanwhile."
    },
    mixinStandardHelpOptions = true)
final class Bench implements Callable<Integer> {
  @Option(
      names = "--only",
      split = ",",
      paramLabel = "NAME",
      description = "Measures only these; see --list")
  private List<String> only = List.of();

  @Option(names = "--list", description = "Lists what can be measured, and exits")
  private boolean list;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "Measures everything so often and tells the median. Default: ${DEFAULT-VALUE}")
  private int rounds = 1;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "How long each timed part runs. Default: ${DEFAULT-VALUE}")
  private int seconds = 5;

  @Option(
      names = "--events",
      paramLabel = "N",
      description = "How many events are stored to be read. Default: 1000000, with --full 5000000")
  private long events;

  @Option(
      names = "--open-runs",
      paramLabel = "N",
      description = "How many runs are held open. Default: ${DEFAULT-VALUE}")
  private int openRuns = 100_000;

  @Option(names = "--full", description = "Takes as long as it takes: 15 seconds, 5,000,000 events")
  private boolean full;

  @Option(
      names = "--minutes",
      paramLabel = "N",
      description =
          "Begins with nothing more after so many minutes; 0 goes on. Default: 9, with --full,"
              + " --peers or several rounds 0")
  private Integer minutes;

  @Option(
      names = "--peers",
      description = "Also measures the other stores there are on this machine")
  private boolean withPeers;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Uses the recorded runs in this directory instead of random words")
  private Path data;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Where to write: the disk under measurement. Default: target/eider-bench")
  private Path directory;

  @Option(names = "--json", paramLabel = "FILE", description = "Writes all figures there")
  private Path json;

  @Option(names = "--markdown", paramLabel = "FILE", description = "Writes the tables there")
  private Path markdown;

  @Spec private CommandSpec spec;

  private final PrintStream out;
  private final Progress progress;
  private final Results results = new Results();
  private final List<String> failures = new ArrayList<>();

  private Bench(PrintStream out, PrintStream err) {
    this.out = out;
    this.progress = new Progress(err);
  }

  public static void main(String[] args) {
    System.exit(new CommandLine(new Bench(System.out, System.err)).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    if (list) {
      Measures.all().forEach(one -> out.printf("%-16s %s%n", one.name(), one.about()));
      return 0;
    }
    List<Measure> chosen = chosen();
    List<PeerPromise> promises = new ArrayList<>();
    List<Supplier<Peer>> stores = stores(promises);
    Workload workload = data == null ? Workload.synthetic() : RecordedWorkload.of(data);
    Path work = workDirectory();
    try {
      Rig rig = new Rig(work, scale(), workload, results, progress, stores);
      measure(chosen, rig);
      Report report = new Report(Environment.of(work, workload), results, promises);
      write(report);
    } finally {
      Directories.delete(work);
    }
    failures.forEach(failure -> out.println("not measured: " + failure));
    return failures.isEmpty() ? 0 : 1;
  }

  private List<Measure> chosen() {
    Set<String> known = Measures.all().stream().map(Measure::name).collect(Collectors.toSet());
    for (String name : only) {
      if (!known.contains(name)) {
        throw new ParameterException(
            spec.commandLine(), "nothing is called " + name + "; see --list");
      }
    }
    return Measures.all().stream()
        .filter(one -> only.isEmpty() || only.contains(one.name()))
        .toList();
  }

  private List<Supplier<Peer>> stores(List<PeerPromise> promises) {
    List<Supplier<Peer>> stores = new ArrayList<>(List.of(EiderPeer::new));
    if (!withPeers) {
      return stores;
    }
    for (ServiceLoader.Provider<Peer> provider : ServiceLoader.load(Peer.class).stream().toList()) {
      try (Peer peer = provider.get()) {
        if (peer.missing().isPresent()) {
          progress.tell("without " + peer.name() + ": " + peer.missing().get());
        } else {
          promises.add(PeerPromise.of(peer));
          stores.add(provider);
        }
      }
    }
    return stores;
  }

  private Scale scale() {
    long stored = events > 0 ? events : full ? 5_000_000 : 1_000_000;
    int storedRuns = (int) Math.max(10, stored / Scale.EVENTS_PER_RUN);
    return new Scale(full ? 15 : seconds, stored, storedRuns, openRuns);
  }

  private Path workDirectory() throws Exception {
    Path parent =
        directory != null ? directory : RepositoryRoot.path().resolve("target/eider-bench");
    Files.createDirectories(parent);
    return Files.createTempDirectory(parent.toAbsolutePath(), "bench-");
  }

  private void measure(List<Measure> chosen, Rig rig) {
    long minutesMax = minutes != null ? minutes : full || withPeers || rounds > 1 ? 0 : 9;
    for (int round = 1; round <= rounds; round++) {
      int number = 0;
      for (Measure one : chosen) {
        String place = String.format("round %d/%d, %d/%d ", round, rounds, ++number, chosen.size());
        if (minutesMax > 0 && progress.secondsSoFar() > minutesMax * 60) {
          failures.add(one.name() + " (the time is up)");
          continue;
        }
        progress.tell(place + one.name() + ": " + one.about());
        try {
          one.run(rig);
        } catch (Exception | AssertionError e) {
          failures.add(one.name() + " (" + e + ")");
          progress.tell("  failed: " + e);
        }
      }
    }
  }

  private void write(Report report) throws Exception {
    out.print(report.text());
    if (json != null) {
      report.writeJson(json);
    }
    if (markdown != null) {
      Files.writeString(markdown, report.markdown());
    }
  }
}
