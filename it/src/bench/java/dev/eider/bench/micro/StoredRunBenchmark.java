package dev.eider.bench.micro;

import dev.eider.bench.BenchEvent;
import dev.eider.bench.Workload;
import dev.eider.server.base.SystemThreads;
import dev.eider.server.event.EncodedEvent;
import dev.eider.server.event.EventMatcher;
import dev.eider.server.event.PackedEvents;
import dev.eider.server.event.RunId;
import dev.eider.server.event.SequencedEvent;
import dev.eider.server.store.ColdReader;
import dev.eider.server.store.ColdReader.ColdPage;
import dev.eider.server.store.ColdReader.PageQuery;
import dev.eider.server.store.EventRow;
import dev.eider.server.store.PersistBatch;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.connection.StoreConfig;
import dev.eider.server.store.duckdb.DuckDbStore;
import dev.eider.server.store.read.ReadAhead;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.CheckedOutputStream;
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

/** Reading one of four stored runs from beginning to end in pages; per event. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class StoredRunBenchmark {
  private static final int RUNS = 4;
  private static final int EVENTS = 49_152;
  private static final int PAGE_EVENTS = 1_000;
  private static final long PAGE_BYTES = 1 << 20;
  private static final long CACHE_BYTES = 64 << 20;
  private static final RunId RUN = new RunId("run-3");

  private Path directory;
  private DuckDbStore store;
  private ColdReader keeping;
  private ExecutorService ahead;

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
    ahead = Executors.newSingleThreadExecutor();
    keeping =
        new ReadAhead(
            store.reader(), CACHE_BYTES, Runnable::run, SystemThreads.INSTANCE::newSignal);
  }

  @TearDown(Level.Trial)
  public void remove() throws IOException {
    ahead.shutdown();
    store.close();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** As it was done at first: each page is asked for. */
  @Benchmark
  @OperationsPerInvocation(EVENTS)
  public long pageByPage() throws StoreException {
    return read(store.reader(), StoredRunBenchmark::send);
  }

  /** As it was done: blocks of many pages, one after the other, and an object for each event. */
  @Benchmark
  @OperationsPerInvocation(EVENTS)
  public long eventByEvent() throws StoreException {
    return read(
        new ReadAhead(
            store.reader(), CACHE_BYTES, Runnable::run, SystemThreads.INSTANCE::newSignal),
        StoredRunBenchmark::sendEach);
  }

  /** Blocks one after the other, pages as they are sent. */
  @Benchmark
  @OperationsPerInvocation(EVENTS)
  public long blockByBlock() throws StoreException {
    return read(
        new ReadAhead(
            store.reader(), CACHE_BYTES, Runnable::run, SystemThreads.INSTANCE::newSignal),
        StoredRunBenchmark::send);
  }

  /** The next block while one is sent. */
  @Benchmark
  @OperationsPerInvocation(EVENTS)
  public long readAhead() throws StoreException {
    return read(
        new ReadAhead(store.reader(), CACHE_BYTES, ahead, SystemThreads.INSTANCE::newSignal),
        StoredRunBenchmark::send);
  }

  /** Who reads it next. */
  @Benchmark
  @OperationsPerInvocation(EVENTS)
  public long readAgain() throws StoreException {
    return read(keeping, StoredRunBenchmark::send);
  }

  private static long read(ColdReader reader, ToLongFunction<PackedEvents> send)
      throws StoreException {
    long seq = 0;
    long position = 0;
    long count = 0;
    long sum = 0;
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
      sum += send.applyAsLong(page.events());
    }
    if (count != EVENTS) {
      throw new IllegalStateException("read " + count + " of " + EVENTS + " events");
    }
    return sum;
  }

  /** Stands for sending: every byte is looked at once. */
  private static long send(PackedEvents events) {
    CheckedOutputStream out = new CheckedOutputStream(OutputStream.nullOutputStream(), new CRC32());
    try {
      events.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.getChecksum().getValue();
  }

  private static long sendEach(PackedEvents events) {
    CRC32 sum = new CRC32();
    for (SequencedEvent event : events) {
      sum.update(event.envelope());
    }
    return sum.getValue();
  }
}
