package dev.eider.bench;

import dev.eider.bench.growth.Curves;
import dev.eider.bench.growth.Growths;
import dev.eider.bench.measure.Measures;
import dev.eider.it.Directories;
import dev.eider.it.RepositoryRoot;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The command that measures: {@code ./eider bench}. Exit codes: 0 all was measured, be the aims met
 * or not; 1 something could not be measured; 2 the command line is wrong. Owned by the main thread.
 */
@Command(
    name = "eider bench",
    sortOptions = false,
    description = {
      "Measures the packaged daemon in a process of its own and, in the same run, what the disk, gRPC"
          + " and DuckDB allow; prints one table. Clients and daemon share the machine, on"
          + " loopback. What it writes it removes.",
      "Figures mean something only when the machine does nothing else."
    },
    mixinStandardHelpOptions = true)
final class Bench implements Callable<Integer> {
  @Mixin private Options options;
  @Spec private CommandSpec spec;

  private final PrintStream out;
  private final Progress progress;
  private final Results results = new Results();

  private Bench(PrintStream out, PrintStream err) {
    this.out = out;
    this.progress = new Progress(err);
  }

  public static void main(String[] args) {
    System.exit(new CommandLine(new Bench(System.out, System.err)).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    if (options.list) {
      all(null).forEach(one -> out.printf("%-16s %s%n", one.name(), one.about()));
      return 0;
    }
    requireKnownNames();
    boolean withPeers = options.peers || options.record;
    Stores stores = withPeers ? Stores.found(progress) : Stores.eiderAlone();
    Workload workload =
        options.data == null ? Workload.synthetic() : RecordedWorkload.of(options.data);
    Path work = workDirectory();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> cleanUp(work), "clean-up"));
    Rig rig = new Rig(work, options.scale(), workload, results, progress, stores.all());
    return measure(rig, stores, Environment.of(work, workload));
  }

  /** Also when it is interrupted: no daemon and no file stays behind. */
  private static void cleanUp(Path work) {
    ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
    Directories.delete(work);
  }

  private int measure(Rig rig, Stores stores, Map<String, String> environment) throws Exception {
    Curves curves = new Curves(rig);
    Session session = new Session(rig, progress, options.minutesMax());
    if (!options.growth) {
      session.measure(chosen(Measures.all().stream()), options.rounds());
    }
    if (options.growth || options.record) {
      session.measure(chosen(growths(curves)), 1);
    }
    write(new Report(environment, results, stores.peers()), curves);
    session.failures().forEach(failure -> out.println("not measured: " + failure));
    return session.failures().isEmpty() ? 0 : 1;
  }

  private static Stream<Measure> growths(Curves curves) {
    return Growths.all().stream().map(growth -> new GrowthMeasure(growth, curves));
  }

  private static List<Measure> all(Curves curves) {
    return Stream.concat(Measures.all().stream(), growths(curves)).toList();
  }

  private void requireKnownNames() {
    Set<String> known = all(null).stream().map(Measure::name).collect(Collectors.toSet());
    for (String name : options.only) {
      if (!known.contains(name)) {
        throw new ParameterException(
            spec.commandLine(), "nothing is called " + name + "; see --list");
      }
    }
  }

  private List<Measure> chosen(Stream<Measure> measures) {
    return measures
        .filter(one -> options.only.isEmpty() || options.only.contains(one.name()))
        .toList();
  }

  private Path workDirectory() throws IOException {
    Path parent = options.directory;
    if (parent == null) {
      parent = RepositoryRoot.path().resolve("target/eider-bench");
    }
    Files.createDirectories(parent);
    return Files.createTempDirectory(parent.toAbsolutePath(), "bench-");
  }

  private void write(Report report, Curves curves) throws IOException {
    out.print(report.text());
    Path docs = RepositoryRoot.path().resolve("docs");
    Path plots = options.plots != null ? options.plots : docs.resolve("performance");
    for (Path plot : curves.writeTo(plots)) {
      out.println("drawn: " + plot);
    }
    if (options.json != null) {
      report.writeJson(options.json);
    }
    if (options.markdown != null) {
      MarkedText.write(options.markdown, report.markdown());
    }
    if (options.record) {
      report.writeJson(docs.resolve("performance/figures.json"));
      MarkedText.write(docs.resolve("performance.md"), report.markdown());
    }
  }
}
