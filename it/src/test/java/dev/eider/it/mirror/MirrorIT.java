package dev.eider.it.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ListValue;
import dev.eider.client.ClientConfig;
import dev.eider.client.EiderClient;
import dev.eider.client.QueryResult;
import dev.eider.client.RunPublisher;
import dev.eider.it.ColdRead;
import dev.eider.it.Daemon;
import dev.eider.it.DaemonExtension;
import dev.eider.it.Directories;
import dev.eider.it.Events;
import dev.eider.it.LogChecker;
import dev.eider.it.RepositoryRoot;
import dev.eider.it.Scale;
import dev.eider.it.Seed;
import dev.eider.v1.RunOutcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * kill -9 of the mirror, of the daemon and of both, {@code -Deider.it.mirror.kills=N} times while
 * runs are published: the mirror has every event once, in the order of the log, to the byte.
 */
@Timeout(7200)
class MirrorIT {
  private static final int KILLS = Scale.of("eider.it.mirror.kills", 6, 300);
  private static final int PUBLISHERS = 3;
  private static final int ACKS_BETWEEN_KILLS_MAX = 600;
  private static final Duration SOON = Duration.ofSeconds(120);

  @RegisterExtension
  static final DaemonExtension EXTENSION =
      new DaemonExtension()
          .jvm("-XX:TieredStopAtLevel=1")
          .jvm("-XX:+UseSerialGC")
          .set("grace-ms", 300)
          .set("segment-bytes-max", 256 << 10)
          .set("tail-bytes-max", 64 << 10)
          .set("persist-linger-ms", 100)
          .set("checkpoint-bytes", 512 << 10);

  private final Daemon daemon = EXTENSION.daemon();
  private final Random random = Seed.random(MirrorIT.class);
  private final AtomicLong acks = new AtomicLong();
  private final AtomicBoolean isOver = new AtomicBoolean();

  @Test
  void shouldHaveEveryEventOnce() throws Exception {
    // given a mirror and publishers
    Path directory = RepositoryRoot.workDirectory("Mirror");
    Directories.empty(directory);
    ExecutorService pool = Executors.newFixedThreadPool(PUBLISHERS);
    int mirrorKills = 0;
    try (EiderClient client = EiderClient.connect(config());
        MirrorProcess mirror = MirrorProcess.start(directory, daemon.target())) {
      List<Future<?>> publishing = new ArrayList<>();
      for (int p = 0; p < PUBLISHERS; p++) {
        String name = "m" + p;
        publishing.add(pool.submit(() -> publish(client, name)));
      }

      // when either side is killed, or both
      for (int i = 0; i < KILLS; i++) {
        awaitAcks(1 + random.nextInt(ACKS_BETWEEN_KILLS_MAX));
        mirror.shouldRun();
        int victim = random.nextInt(3);
        if (victim != 1) {
          mirror.kill9();
          mirrorKills++;
        }
        if (victim != 0) {
          daemon.kill9();
          daemon.restart();
        }
        if (victim != 1) {
          mirror.start();
        }
      }
      isOver.set(true);
      for (Future<?> one : publishing) {
        one.get();
      }

      // then it has everything, once
      compare(client, mirror);
      System.out.printf(
          "MirrorIT: %d kills, %d of them of the mirror, %d events%n",
          KILLS, mirrorKills, acks.get());
    } finally {
      isOver.set(true);
      pool.shutdownNow();
    }
    Directories.delete(directory);
  }

  private ClientConfig config() {
    return ClientConfig.defaults(daemon.target())
        .withBackoff(Duration.ofMillis(10), Duration.ofMillis(200));
  }

  /** Publishes runs one after the other, of all lengths; some stay open. */
  private void publish(EiderClient client, String name) {
    Random own = new Random(name.hashCode());
    for (int n = 0; !isOver.get(); n++) {
      String runId = name + "-" + n;
      try (RunPublisher publisher = client.publisher(runId)) {
        for (int i = own.nextInt(80); i >= 0 && !isOver.get(); i--) {
          List<CompletableFuture<Long>> sent = new ArrayList<>();
          for (int k = own.nextInt(8); k >= 0; k--) {
            sent.add(publisher.publish(Events.prompt(i, "x".repeat(own.nextInt(300)))));
          }
          publisher.flush();
          sent.forEach(CompletableFuture::join);
          acks.addAndGet(sent.size());
        }
      }
      if (own.nextInt(4) > 0) {
        client.closeRun(runId, RunOutcome.RUN_OUTCOME_COMPLETED);
      }
    }
  }

  private void awaitAcks(long more) {
    long target = acks.get() + more;
    Awaitility.await("publishes go on")
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(2))
        .until(() -> acks.get() >= target);
  }

  private void compare(EiderClient client, MirrorProcess mirror) throws Exception {
    try (MirrorTable table = MirrorTable.open(mirror.file())) {
      Awaitility.await("the mirror has as many events as were published")
          .atMost(SOON)
          .until(
              () -> {
                mirror.shouldRun();
                return table.count() >= acks.get();
              });
      LogChecker mirrored = LogChecker.fromStart();
      table.forEach(mirrored::accept);
      assertThat(mirrored.eventCount()).isEqualTo(acks.get());
      awaitPersisted(client);
      assertThat(mirrored.places()).isEqualTo(byPosition(client));
      for (String runId : mirrored.runIds()) {
        ColdRead.of(daemon.channel(), runId).checker().shouldEqual(mirrored.run(runId));
      }
    }
  }

  private void awaitPersisted(EiderClient client) {
    Awaitility.await("DuckDB has all")
        .atMost(SOON)
        .until(() -> byPosition(client).size() == acks.get());
  }

  private static List<String> byPosition(EiderClient client) {
    List<String> places = new ArrayList<>();
    try (QueryResult rows =
        client.query(
            "SELECT run_id || ' ' || seq AS place FROM events ORDER BY position, run_id, seq")) {
      while (rows.hasNext()) {
        ListValue row = rows.next();
        places.add(row.getValues(0).getStringValue());
      }
    }
    return places;
  }
}
