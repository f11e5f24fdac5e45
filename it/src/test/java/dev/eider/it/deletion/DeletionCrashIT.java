package dev.eider.it.deletion;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.it.ColdRead;
import dev.eider.it.Daemon;
import dev.eider.it.Directories;
import dev.eider.it.DuckDbFile;
import dev.eider.it.Events;
import dev.eider.it.Refusal;
import dev.eider.it.RepositoryRoot;
import dev.eider.it.RunCalls;
import dev.eider.it.Scale;
import dev.eider.it.Seed;
import dev.eider.v1.Event;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Deletions and rewrites of the file, with kill -9 in the middle of either: what was said to be
 * gone is gone, everything else is whole. {@code -Deider.it.kills=N} says how often.
 */
@Timeout(1_800)
class DeletionCrashIT {
  private static final int KILLS = Scale.of("eider.it.kills", 4, 60);
  private static final int RUNS_PER_ROUND = 12;
  private static final int EVENTS = 150;

  private final Random random = Seed.random(DeletionCrashIT.class);
  private final Map<String, Boolean> mayBeGone = new HashMap<>();
  private final Set<String> gone = new HashSet<>();
  private Daemon daemon;
  private RunCalls runs;
  private Deletions deletions;

  @BeforeEach
  void start() {
    daemon =
        Daemon.start(
            directory(),
            List.of("-Xmx1g"),
            Map.of(
                "grace-ms", "100",
                "persist-linger-ms", "20",
                "checkpoint-idle-ms", "50",
                "rewrite-wasted-percent", "1",
                "rewrite-wasted-bytes-min", "262144"));
    runs = new RunCalls(daemon);
    deletions = new Deletions(daemon);
  }

  private static Path directory() {
    Path directory = RepositoryRoot.workDirectory("DeletionCrashIT");
    Directories.empty(directory);
    return directory;
  }

  @AfterEach
  void stop() {
    daemon.close();
  }

  @Test
  void shouldNeitherForgetADeletionNorDeleteMore() {
    int rewrites = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      // given
      publish(kill);

      // when
      Thread deleting = new Thread(this::deleteSome, "deleting");
      deleting.start();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(1_800)));
      daemon.kill9();
      join(deleting);
      rewrites += logged("the file is rewritten");
      daemon.restart();

      // then
      shouldBeAsSaid();
    }
    System.out.printf("DeletionCrashIT: %d kills, rewrites told %d times%n", KILLS, rewrites);
    assertThat(daemon.terminate(20)).isEqualTo(143);
    shouldHaveNoTrace();
  }

  private void publish(int round) {
    for (int i = 0; i < RUNS_PER_ROUND; i++) {
      String runId = "r" + round + "-" + i;
      for (int t = 0; t < EVENTS; t += 50) {
        runs.publish(runId, texts(t));
      }
      mayBeGone.put(runId, false);
    }
    for (int i = 0; i < RUNS_PER_ROUND; i++) {
      runs.close("r" + round + "-" + i);
    }
  }

  private List<Event> texts(int t) {
    return random
        .ints(50, 0, Integer.MAX_VALUE)
        .mapToObj(seed -> Events.prompt(t, text(seed)))
        .toList();
  }

  private static String text(int seed) {
    Random letters = new Random(seed);
    StringBuilder text = new StringBuilder();
    while (text.length() < 600) {
      text.append(Long.toString(letters.nextLong(), 36));
    }
    return text.toString();
  }

  /** Deletes runs until the daemon is gone. */
  private void deleteSome() {
    for (String runId : List.copyOf(mayBeGone.keySet())) {
      if (gone.contains(runId) || runId.hashCode() % 4 == 0) {
        continue;
      }
      try {
        mayBeGone.put(runId, true);
        deletions.delete(runId);
        gone.add(runId);
      } catch (StatusRuntimeException e) {
        if (e.getStatus().getCode() != Status.Code.NOT_FOUND) {
          return;
        }
        gone.add(runId);
      }
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join(30_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    assertThat(thread.isAlive()).isFalse();
  }

  private void shouldBeAsSaid() {
    Map<String, Long> heads = runs.heads();
    mayBeGone.forEach(
        (runId, mayBe) -> {
          if (gone.contains(runId)) {
            assertThat(heads).doesNotContainKey(runId);
            Refusal.of(() -> runs.get(runId)).shouldBe(Status.Code.NOT_FOUND, "RUN_NOT_FOUND");
          } else if (!mayBe) {
            assertThat(heads).containsEntry(runId, (long) EVENTS);
            ColdRead whole = ColdRead.of(daemon.channel(), runId);
            assertThat(whole.checker().eventCount()).isEqualTo(EVENTS);
            whole.checker().shouldHaveDigest(runs.get(runId).getDigest());
          } else if (!heads.containsKey(runId)) {
            gone.add(runId);
          }
        });
  }

  private void shouldHaveNoTrace() {
    try (DuckDbFile file = DuckDbFile.of(daemon)) {
      for (String table : List.of("runs", "events", "kept_runs", "kept_events")) {
        Set<String> left =
            new HashSet<>(
                file.rows("SELECT DISTINCT run_id FROM " + table, row -> row.getString(1)));
        left.retainAll(gone);
        assertThat(left).as(table).isEmpty();
      }
      assertThat(file.number("SELECT count(*) FROM runs"))
          .isEqualTo(mayBeGone.size() - gone.size());
      assertThat(file.number("SELECT count(*) FROM events"))
          .isEqualTo((mayBeGone.size() - gone.size()) * (long) EVENTS);
    }
  }

  private int logged(String text) {
    try (Stream<String> lines = Files.lines(daemon.logFile())) {
      return (int) lines.filter(line -> line.contains(text)).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
