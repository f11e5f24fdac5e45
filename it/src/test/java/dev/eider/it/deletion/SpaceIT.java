package dev.eider.it.deletion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.collect.Lists;
import dev.eider.it.ColdRead;
import dev.eider.it.Daemon;
import dev.eider.it.Directories;
import dev.eider.it.Events;
import dev.eider.it.RepositoryRoot;
import dev.eider.it.RunCalls;
import dev.eider.it.RunReader;
import dev.eider.it.Scale;
import dev.eider.it.VolumePublisher;
import dev.eider.it.Workers;
import dev.eider.v1.Event;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * When nine runs of ten are deleted their room comes back, while others publish and read: in the
 * end the data directory is at most 1.3 times one that never had them. {@code -Deider.it.space=N}
 * says how many thousand events.
 */
@Timeout(7_200)
class SpaceIT {
  private static final int RUN_EVENTS = 8_000;

  /** Fewer events would be small beside what any DuckDB file takes. */
  private static final int RUNS = Scale.of("eider.it.space", 320, 5_000) * 1_000 / RUN_EVENTS;

  private static final long EVENT_BYTES_MIN = 200;
  private static final int INTERLEAVED = 40;
  private static final int REQUEST_EVENTS = 250;
  private static final int THREADS = 4;
  private static final Duration LONG = Duration.ofMinutes(60);
  private static final double MORE_MAX = 1.3;

  /** What is measured depends neither on how often the log is forced nor on its last segment. */
  private static final Map<String, String> SETTINGS =
      Map.of(
          "durability", "async",
          "force-interval-ms", "500",
          "grace-ms", "1000",
          "segment-bytes-max", "262144",
          "close-wait-ms", "600000",
          "rewrite-wasted-percent", "10",
          "rewrite-wasted-bytes-min", "1048576");

  private final ExecutorService threads = Executors.newFixedThreadPool(2);
  private final AtomicBoolean isOver = new AtomicBoolean();
  private final AtomicLong slowestMs = new AtomicLong();

  @Test
  void shouldComeBack() throws Exception {
    // given
    long bytes;
    long liveCount;
    long loadedBytes;
    long wholeBytes;
    try (Daemon daemon = start("SpaceIT")) {
      long startNanos = System.nanoTime();
      load(daemon, false);
      tell("%d events loaded in %d s", RUNS * RUN_EVENTS, secondsSince(startNanos));
      // What is in DuckDB's own log only is not in the file yet, until the daemon is idle.
      await().atMost(LONG).until(() -> isCheckpointed(daemon));
      wholeBytes = fileBytes(daemon);

      // when
      Future<Long> live = threads.submit(() -> publishLive(daemon));
      Future<Long> reads = threads.submit(() -> readKept(daemon));
      startNanos = System.nanoTime();
      delete(daemon);
      tell("nine of ten deleted in %d s", secondsSince(startNanos));
      await()
          .atMost(LONG)
          .pollInterval(Duration.ofMillis(200))
          .until(() -> isRewritten(daemon, wholeBytes) || live.isDone() || reads.isDone());
      tell("rewritten %d s after the first deletion", secondsSince(startNanos));

      // then
      isOver.set(true);
      liveCount = live.get(60, TimeUnit.SECONDS);
      tell(
          "meanwhile %d publishes, the slowest %d ms, and %d runs read",
          liveCount, slowestMs.get(), reads.get(60, TimeUnit.SECONDS));
      runs(daemon).close("live");
      shouldHaveAllOf(daemon);
      assertThat(daemon.terminate(60)).isEqualTo(143);
      bytes = sizeOf(daemon.dataDirectory());
    }
    try (Daemon fresh = start("SpaceFreshIT")) {
      load(fresh, true);
      for (long i = 0; i < liveCount; i++) {
        runs(fresh).publish("live", Events.metrics(1, i));
      }
      runs(fresh).close("live");
      assertThat(fresh.terminate(60)).isEqualTo(143);
      loadedBytes = sizeOf(fresh.dataDirectory());
    }
    tell(
        "file %d KiB with all; directory %d KiB after the rewrite, %d KiB freshly loaded: %.2f",
        wholeBytes >> 10, bytes >> 10, loadedBytes >> 10, (double) bytes / loadedBytes);
    assertThat((double) bytes).isLessThan(MORE_MAX * loadedBytes);
    threads.shutdown();
    Directories.delete(RepositoryRoot.workDirectory("SpaceIT"));
    Directories.delete(RepositoryRoot.workDirectory("SpaceFreshIT"));
  }

  private static Daemon start(String name) {
    Path directory = RepositoryRoot.workDirectory(name);
    Directories.empty(directory);
    return Daemon.start(directory, List.of("-Xmx1g"), SETTINGS);
  }

  private static RunCalls runs(Daemon daemon) {
    return new RunCalls(daemon);
  }

  private static boolean isKept(int run) {
    return run % 10 == 0;
  }

  private static String name(int run) {
    return "game-" + run;
  }

  /** Publishes groups of runs, those of a group interleaved. */
  private static void load(Daemon daemon, boolean keptOnly) {
    List<Integer> wanted =
        IntStream.range(0, RUNS).filter(run -> !keptOnly || isKept(run)).boxed().toList();
    for (List<Integer> group : Lists.partition(wanted, INTERLEAVED)) {
      List<List<Integer>> parts = Lists.partition(group, (group.size() + THREADS - 1) / THREADS);
      Workers.forEach(parts, THREADS, LONG, part -> loadPart(daemon, part));
    }
  }

  private static void loadPart(Daemon daemon, List<Integer> part) {
    Map<Integer, VolumePublisher> publishers = new LinkedHashMap<>();
    for (int run : part) {
      VolumePublisher publisher =
          new VolumePublisher(daemon.channel(), name(run), new AtomicInteger());
      publishers.put(run, publisher);
    }
    for (int seq = 0; seq < RUN_EVENTS; seq += REQUEST_EVENTS) {
      int fromSeq = seq;
      publishers.forEach((run, publisher) -> publisher.publish(events(run, fromSeq)));
    }
    part.forEach(run -> runs(daemon).close(name(run)));
  }

  private static List<Event> events(int run, int fromSeq) {
    Random random = new Random(run * 1_000_003L + fromSeq);
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < REQUEST_EVENTS; i++) {
      StringBuilder text = new StringBuilder();
      while (text.length() < 300) {
        text.append(Long.toString(random.nextLong(), 36)).append(' ');
      }
      events.add(Events.prompt((fromSeq + i) / 10, text.toString()));
    }
    return events;
  }

  private static void delete(Daemon daemon) {
    List<Integer> unwanted = IntStream.range(0, RUNS).filter(run -> !isKept(run)).boxed().toList();
    Workers.forEach(unwanted, THREADS, LONG, run -> runs(daemon).delete(name(run), false));
  }

  /** Publishes to a run that is followed; returns how many events. */
  private long publishLive(Daemon daemon) {
    long count = 0;
    try (RunReader reader = RunReader.fromStart(daemon.channel(), "live")) {
      while (!isOver.get()) {
        long startNanos = System.nanoTime();
        runs(daemon).publish("live", Events.metrics(1, count));
        count++;
        slowestMs.accumulateAndGet(
            TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos), Math::max);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
      }
      reader.awaitSeq(count, Duration.ofSeconds(60));
    }
    return count;
  }

  /** Reads the runs that stay, over and over; returns how many. */
  private long readKept(Daemon daemon) {
    long count = 0;
    while (!isOver.get()) {
      int run = (int) (count % (RUNS / 10)) * 10;
      ColdRead read = ColdRead.of(daemon.channel(), name(run));
      assertThat(read.checker().eventCount()).isEqualTo(RUN_EVENTS);
      count++;
    }
    return count;
  }

  private static boolean isCheckpointed(Daemon daemon) throws IOException {
    Path log = daemon.dataDirectory().resolve("events.duckdb.wal");
    return fileBytes(daemon) > RUNS * RUN_EVENTS * EVENT_BYTES_MIN
        && (!Files.exists(log) || Files.size(log) == 0);
  }

  private static long fileBytes(Daemon daemon) throws IOException {
    return Files.size(daemon.dataDirectory().resolve("events.duckdb"));
  }

  /**
   * Tells whether only the runs that stay, a tenth, have room in the file. What is deleted while it
   * is rewritten goes when that is done once more.
   */
  private static boolean isRewritten(Daemon daemon, long wholeBytes) throws IOException {
    return fileBytes(daemon) < MORE_MAX * wholeBytes / 10;
  }

  private static void shouldHaveAllOf(Daemon daemon) {
    for (int run = 0; run < RUNS; run += Math.max(10, RUNS / 100 / 10 * 10)) {
      ColdRead read = ColdRead.of(daemon.channel(), name(run));
      read.checker().shouldHaveDigest(runs(daemon).get(name(run)).getDigest());
      assertThat(read.checker().eventCount()).isEqualTo(RUN_EVENTS);
    }
  }

  private static long sizeOf(Path directory) {
    return Directories.filesBelow(directory).stream()
        .mapToLong(file -> file.toFile().length())
        .sum();
  }

  private static long secondsSince(long startNanos) {
    return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startNanos);
  }

  private static void tell(String what, Object... values) {
    System.out.println("SpaceIT: " + String.format(what, values));
  }
}
