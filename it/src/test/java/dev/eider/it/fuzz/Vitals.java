package dev.eider.it.fuzz;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.eider.it.Daemon;
import dev.eider.v1.Counters;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * What a daemon holds when nobody wants anything of it. Immutable.
 *
 * @param files open descriptors, of every kind; 0 where the system does not show them
 * @param heapBytes after a collection, where the JDK has the tool for it
 */
record Vitals(long files, long threads, long heapBytes, long directBytes) {
  private static final long FILES_MORE = 15;
  private static final long THREADS_MORE = 10;
  private static final long HEAP_MORE = 96L << 20;
  private static final long DIRECT_MORE = 96L << 20;

  static Vitals of(Daemon daemon) {
    collectGarbage(daemon);
    Counters counters = daemon.counters();
    return new Vitals(
        files(daemon), counters.getThreads(), counters.getHeapBytes(), counters.getDirectBytes());
  }

  /** Waits until a daemon holds about as much as at the start, and no stream of a reader. */
  static void awaitLike(Vitals start, Daemon daemon, Duration atMost) {
    Awaitility.await("nothing is left behind")
        .atMost(atMost)
        .pollInterval(Duration.ofMillis(200))
        .untilAsserted(
            () -> {
              Vitals now = of(daemon);
              if (!now.isAboutLike(start) || daemon.counters().getSubscriptions() > 0) {
                throw new AssertionError(start + " became " + now + ", " + daemon.counters());
              }
            });
  }

  private boolean isAboutLike(Vitals start) {
    return files <= start.files + FILES_MORE
        && threads <= start.threads + THREADS_MORE
        && heapBytes <= start.heapBytes + HEAP_MORE
        && directBytes <= start.directBytes + DIRECT_MORE;
  }

  private static long files(Daemon daemon) {
    Path directory = Path.of("/proc", String.valueOf(daemon.pid()), "fd");
    if (!Files.isDirectory(directory)) {
      return 0;
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void collectGarbage(Daemon daemon) {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    if (!Files.isExecutable(jcmd)) {
      return;
    }
    try {
      new ProcessBuilder(jcmd.toString(), String.valueOf(daemon.pid()), "GC.run")
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor(10, SECONDS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
