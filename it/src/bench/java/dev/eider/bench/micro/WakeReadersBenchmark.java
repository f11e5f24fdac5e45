package dev.eider.bench.micro;

import dev.eider.server.base.BrokerException;
import dev.eider.server.base.Pool;
import dev.eider.server.base.ResponseStream;
import dev.eider.server.base.SystemThreads;
import dev.eider.server.event.EventMatcher;
import dev.eider.server.event.RunId;
import dev.eider.server.hub.Hub;
import dev.eider.server.hub.HubBounds;
import dev.eider.server.hub.PersistProgress;
import dev.eider.server.hub.RunTail;
import dev.eider.server.read.EncodedResponse;
import dev.eider.server.read.ReaderPools;
import dev.eider.server.read.ReaderRegistry;
import dev.eider.server.read.ReaderRegistry.ReaderBounds;
import dev.eider.server.read.Readers;
import dev.eider.server.read.Subscription;
import dev.eider.server.read.SubscriptionRequest;
import dev.eider.server.read.history.LogHistory;
import dev.eider.server.read.history.ReadStart;
import dev.eider.server.read.history.RunHistory;
import dev.eider.server.run.Fold;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.StepRecord;
import dev.eider.server.run.StepRecord.Opened;
import dev.eider.v1.SubscribeResponse;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * From a change of a run until each of its 49 readers has taken a step; one more and there is a
 * pause between rounds. {@code announceNanos / rounds} is what it takes of the sequencer.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class WakeReadersBenchmark {
  private static final int READERS = 49;
  private static final RunId RUN = new RunId("run");
  private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

  private final LongAdder steps = new LongAdder();
  private Hub hub;
  private ReaderPools pools;
  private Pool pool;
  private RunTail inRounds;
  private RunTail oneByOne;

  /** Has both tails followed by as many readers, who are at the head. */
  @Setup
  public void follow() {
    hub = new Hub(new HubBounds(0, 1, 1), new PersistProgress(0));
    pools = new ReaderPools(SystemThreads.INSTANCE, 2, 1);
    pool = SystemThreads.INSTANCE.newPool("was", 2);
    inRounds = open(RUN);
    oneByOne = open(new RunId("other"));
    RunHistory history = new RunHistory(hub, null);
    Readers readers =
        new Readers(
            pools,
            new ReaderRegistry(new ReaderBounds(READERS, 1 << 20, 1, 1, 1)),
            hub,
            history,
            new LogHistory(hub, history, null, () -> 0),
            InstantSource.system(),
            Long.MAX_VALUE);
    for (int i = 0; i < READERS; i++) {
      Woken was = new Woken();
      oneByOne.addListener(was::wake);
      new Subscription(
              new SubscriptionRequest(ReadStart.after(RUN, 0), EventMatcher.ALL, false, 1, false),
              new Counted(),
              readers)
          .start();
    }
    awaitSteps(READERS);
  }

  private RunTail open(RunId runId) {
    StepRecord opened =
        new StepRecord(runId, 0, new Opened(Map.of(), "", new byte[0], null), null, null);
    FoldedRun run = Fold.apply(null, 0, opened);
    return hub.advance(run, 0, List.of());
  }

  @TearDown
  public void close() {
    pools.close();
    pool.close();
  }

  /** As it is done. */
  @Benchmark
  public void inRounds(Announced announced) {
    announce(inRounds, announced);
  }

  /** As it was done: a task for each reader, made by the sequencer. */
  @Benchmark
  public void oneByOne(Announced announced) {
    announce(oneByOne, announced);
  }

  private void announce(RunTail tail, Announced announced) {
    long before = steps.sum();
    long begun = CPU.getCurrentThreadCpuTime();
    hub.announce(tail, false, false);
    announced.announceNanos += CPU.getCurrentThreadCpuTime() - begun;
    announced.rounds++;
    awaitSteps(before + READERS);
  }

  private void awaitSteps(long count) {
    while (steps.sum() < count) {
      Thread.yield();
    }
  }

  /** What the announcing thread took. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.EVENTS)
  public static class Announced {
    public long announceNanos;
    public long rounds;

    @Setup(Level.Iteration)
    public void clear() {
      announceNanos = 0;
      rounds = 0;
    }
  }

  /** A reader whose steps do nothing. */
  private final class Woken {
    private final AtomicInteger wakeUps = new AtomicInteger();

    void wake() {
      if (wakeUps.getAndIncrement() == 0) {
        pool.execute(this::run);
      }
    }

    private void run() {
      int seen = wakeUps.get();
      steps.increment();
      if (wakeUps.addAndGet(-seen) != 0) {
        pool.execute(this::run);
      }
    }
  }

  /** A transport that is asked once a step. */
  private final class Counted implements ResponseStream<EncodedResponse<SubscribeResponse>> {
    @Override
    public boolean isReady() {
      steps.increment();
      return true;
    }

    @Override
    public void next(EncodedResponse<SubscribeResponse> response) {}

    @Override
    public void end() {}

    @Override
    public void fail(BrokerException refusal) {}
  }
}
