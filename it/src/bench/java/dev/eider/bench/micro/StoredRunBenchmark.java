package dev.eider.bench.micro;

import dev.eider.bench.BenchEvent;
import dev.eider.bench.Workload;
import dev.eider.server.run.EncodedEvent;
import dev.eider.server.run.EventMatcher;
import dev.eider.server.run.RunId;
import dev.eider.server.store.ColdReader;
import dev.eider.server.store.ColdReader.ColdPage;
import dev.eider.server.store.ColdReader.PageQuery;
import dev.eider.server.store.DuckDbStore;
import dev.eider.server.store.EventRow;
import dev.eider.server.store.PersistBatch;
import dev.eider.server.store.ReadAhead;
import dev.eider.server.store.StoreConfig;
import dev.eider.server.store.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Reading one of ten stored runs from beginning to end in pages; per event. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class StoredRunBenchmark {
  private static final int RUNS = 10;
  private static final int EVENTS = 12_288;
  private static final int PAGE_EVENTS = 1_000;
  private static final long PAGE_BYTES = 1 << 20;
  private static final long CACHE_BYTES = 64 << 20;
  private static final RunId RUN = new RunId("run-3");

  private Path directory;
  private DuckDbStore store;
  private ColdReader keeping;

  @Setup(Level.Trial)
  public void store() throws IOException, StoreException {
    directory = Files.createTempDirectory("eider-micro");
    store =
        DuckDbStore.open(
            StoreConfig.of(directory.resolve("events.duckdb"), directory.resolve("tmp")));
    List<EventRow> rows = new ArrayList<>();
    for (int run = 0; run < RUNS; run++) {
      long seq = 0;
      for (BenchEvent event : Workload.synthetic().batch(run, EVENTS)) {
        rows.add(
            new EventRow(
                seq * RUNS + run,
                new RunId("run-" + run),
                ++seq,
                EncodedEvent.decode(event.encoded())));
      }
    }
    store.persist(new PersistBatch(rows, List.of(), (long) EVENTS * RUNS));
    store.checkpoint();
    keeping = new ReadAhead(store.reader(), CACHE_BYTES, Runnable::run);
  }

  @TearDown(Level.Trial)
  public void remove() throws IOException {
    store.close();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** As it was done: each page is asked for. */
  @Benchmark
  @OperationsPerInvocation(EVENTS)
  public long pageByPage() throws StoreException {
    return read(store.reader());
  }

  /** The first to read a run: blocks of many pages. */
  @Benchmark
  @OperationsPerInvocation(EVENTS)
  public long readAhead() throws StoreException {
    return read(new ReadAhead(store.reader(), CACHE_BYTES, Runnable::run));
  }

  /** The next to read it. */
  @Benchmark
  @OperationsPerInvocation(EVENTS)
  public long readAgain() throws StoreException {
    return read(keeping);
  }

  private static long read(ColdReader reader) throws StoreException {
    long seq = 0;
    long position = 0;
    long count = 0;
    while (seq < EVENTS) {
      ColdPage page =
          reader.readPage(
              new PageQuery(
                  RUN,
                  seq,
                  EVENTS,
                  position,
                  Long.MAX_VALUE,
                  EventMatcher.ALL,
                  PAGE_EVENTS,
                  PAGE_BYTES));
      seq = page.scannedSeq();
      position = page.position();
      count += page.events().size();
    }
    if (count != EVENTS) {
      throw new IllegalStateException("read " + count + " of " + EVENTS + " events");
    }
    return count;
  }
}
