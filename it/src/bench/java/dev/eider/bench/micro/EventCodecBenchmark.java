package dev.eider.bench.micro;

import dev.eider.bench.BenchEvent;
import dev.eider.bench.Workload;
import dev.eider.server.event.EncodedEvent;
import dev.eider.server.event.RunDigest;
import dev.eider.v1.Event;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it takes to know an event again when it comes from the log or from DuckDB: its kind, agent,
 * turn, price and hash.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class EventCodecBenchmark {
  private static final int EVENTS = 1_024;

  private final List<byte[]> events =
      Workload.synthetic().batch(0, EVENTS).stream().map(BenchEvent::encoded).toList();
  private int next;

  /** As it is done. */
  @Benchmark
  public EncodedEvent decode() {
    return EncodedEvent.decode(event());
  }

  /** The part of it that is the hash. */
  @Benchmark
  public byte[] hash() {
    return RunDigest.hash(event());
  }

  /** As it was done: the whole event was built first. */
  @Benchmark
  public EncodedEvent parseAndHash() {
    byte[] bytes = event();
    Event event = EncodedEvent.parse(bytes);
    double costUsd = event.getLlmResponse().getCostUsd();
    return new EncodedEvent(
        "metric", event.getAgentId(), event.getT(), costUsd, bytes, RunDigest.hash(bytes));
  }

  private byte[] event() {
    next = (next + 1) % EVENTS;
    return events.get(next);
  }
}
