package dev.eider.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.eider.server.base.Pool;
import dev.eider.server.base.Signal;
import dev.eider.server.base.SystemThreads;
import dev.eider.server.base.Threads;
import dev.eider.server.base.Timer;
import dev.eider.server.base.Worker;
import dev.eider.server.config.ServerConfig;
import dev.eider.server.config.StartupException;
import dev.eider.server.log.LogCorruptedException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Starts that cannot be, and what becomes of a daemon when one of its workers ends. */
@Timeout(120)
final class StartTest {
  private static final List<String> WORKERS =
      List.of("persister", "run-lookup", "sequencer", "upkeep", "run-files", "library");

  @TempDir private Path directory;
  private int port;

  @BeforeEach
  void takeAPort() throws Exception {
    Files.createDirectories(directory.resolve("games"));
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
  }

  @Test
  void shouldStartEveryWorkerOnceAllPartsAreMade() {
    FaultyThreads threads = new FaultyThreads();

    EiderServer.start(config(), threads).close();

    assertThat(threads.started).containsExactlyElementsOf(WORKERS);
    awaitNothingRuns(threads);
  }

  @ParameterizedTest
  @FieldSource("WORKERS")
  void shouldEndTheStartWithTheWorker(String victim) {
    // given
    IllegalStateException defect = new IllegalStateException("a defect of " + victim);
    FaultyThreads threads = new FaultyThreads();
    threads.endAtOnce(victim, defect);

    // when, then
    assertThatThrownBy(() -> EiderServer.start(config(), threads))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the worker " + victim + " ended while the daemon started")
        .hasCause(defect);
    awaitNothingRuns(threads);
    startAgain();
  }

  @Test
  void shouldTellTheOperatorOfDamageThatAWorkerFinds() {
    // given
    FaultyThreads threads = new FaultyThreads();
    threads.endAtOnce("persister", new LogCorruptedException("log file 7 is damaged at byte 32"));

    // when, then
    assertThatThrownBy(() -> EiderServer.start(config(), threads))
        .isInstanceOf(StartupException.class)
        .hasMessage("log file 7 is damaged at byte 32");
    awaitNothingRuns(threads);
    startAgain();
  }

  @Test
  void shouldStopCleanlyWhenAWorkerEndsLater() throws Exception {
    // given
    FaultyThreads threads = new FaultyThreads();
    threads.endLater("upkeep", new IllegalStateException("a defect"));
    EiderServer server = EiderServer.start(config(), threads);

    // when
    threads.endNow.countDown();
    CompletableFuture.runAsync(server::awaitStopped).get(60, TimeUnit.SECONDS);

    // then
    awaitNothingRuns(threads);
    startAgain();
  }

  @Test
  void shouldStopMoreThanOnce() {
    EiderServer server = EiderServer.start(config());
    server.close();
    server.close();
    server.awaitStopped();
    startAgain();
  }

  @Test
  void shouldSayThatThePortIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> EiderServer.start(config()))
          .isInstanceOf(StartupException.class)
          .hasMessageContaining("port " + taken.getLocalPort());
    }
    startAgain();
  }

  @Test
  void shouldRefuseALibraryThatIsNone() throws Exception {
    Path missing = directory.resolve("missing");
    Path own = directory.resolve("data/../data/runs");
    Files.createDirectories(own.normalize());
    assertThatThrownBy(() -> EiderServer.start(config().withLibraries(List.of(missing))))
        .isInstanceOf(StartupException.class)
        .hasMessage("the library " + missing + " is no directory");
    assertThatThrownBy(() -> EiderServer.start(config().withLibraries(List.of(own))))
        .isInstanceOf(StartupException.class)
        .hasMessageContaining("is in the daemon's own data directory");
  }

  /** A worker is told to end, and waited for but so long. */
  private static void awaitNothingRuns(FaultyThreads threads) {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(threads.running()).isEmpty());
  }

  /** Directory, database and port are free again. */
  private void startAgain() {
    EiderServer.start(config()).close();
  }

  private ServerConfig config() {
    return ServerConfig.defaults(directory.resolve("data"))
        .at("127.0.0.1", port)
        .withLibraries(List.of(directory.resolve("games")));
  }

  /** The threads of this machine, but that some workers end by a defect. */
  private static final class FaultyThreads implements Threads {
    private static final long DEADLINE_MS = 20_000;

    final List<String> started = new ArrayList<>();
    final CountDownLatch endNow = new CountDownLatch(1);
    private final Map<String, RuntimeException> atOnce = new ConcurrentHashMap<>();
    private final Map<String, RuntimeException> later = new ConcurrentHashMap<>();
    private final List<String> alive = new ArrayList<>();

    void endAtOnce(String name, RuntimeException defect) {
      atOnce.put(name, defect);
    }

    void endLater(String name, RuntimeException defect) {
      later.put(name, defect);
    }

    synchronized List<String> running() {
      return List.copyOf(alive);
    }

    @Override
    public Worker start(String name, Runnable body, BiConsumer<String, Throwable> onDefect) {
      synchronized (this) {
        started.add(name);
        alive.add(name);
      }
      Worker worker = SystemThreads.INSTANCE.start(name, () -> run(name, body), onDefect);
      if (atOnce.containsKey(name)) {
        awaitEnd(worker);
      }
      return worker;
    }

    private void run(String name, Runnable body) {
      try {
        RuntimeException defect = atOnce.get(name);
        if (defect == null && later.containsKey(name)) {
          defect = later.get(name);
          endNow.await(DEADLINE_MS, TimeUnit.MILLISECONDS);
        }
        if (defect != null) {
          throw defect;
        }
        body.run();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      } finally {
        synchronized (this) {
          alive.remove(name);
        }
      }
    }

    private static void awaitEnd(Worker worker) {
      try {
        assertThat(worker.join(DEADLINE_MS)).isTrue();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public Signal newSignal() {
      return SystemThreads.INSTANCE.newSignal();
    }

    @Override
    public Pool newPool(String name, int count) {
      return SystemThreads.INSTANCE.newPool(name, count);
    }

    @Override
    public Timer newTimer(String name) {
      return SystemThreads.INSTANCE.newTimer(name);
    }
  }
}
