package dev.eider.it.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.client.EiderClient;
import dev.eider.it.Daemon;
import dev.eider.it.DaemonExtension;
import dev.eider.it.Events;
import dev.eider.it.Workers;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.RunOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Queries that take all of DuckDB's memory, and a persister that shares it. */
@Timeout(90)
class HungryQueryIT {
  private static final int RUNS = 20;
  private static final int EVENTS = 2_000;

  private static final List<String> HUNGRY =
      List.of(
          "SELECT len(list(i)) FROM range(3000000000) t(i)",
          "SELECT string_agg(repeat('x', 90000) || i, '') FROM range(1000000) t(i)",
          "SELECT count(*) FROM (SELECT DISTINCT i, hash(i) FROM range(3000000000) t(i))");

  @RegisterExtension
  static final DaemonExtension EXTENSION =
      new DaemonExtension()
          .likeLauncher()
          .set("store-memory-bytes-max", 96 << 20)
          .set("query-ms-max", 2_000)
          .set("persist-linger-ms", 10);

  private final Daemon daemon = EXTENSION.daemon();

  /** For which the queries ended. */
  private final Set<String> reasons = ConcurrentHashMap.newKeySet();

  private volatile boolean done;

  @Test
  void shouldPersistAllTheWhile() {
    try (EiderClient client = EiderClient.connect(daemon.target());
        Workers askers = new Workers()) {
      // given
      askers.start(this::askOnAndOn);
      askers.start(this::askOnAndOn);

      // when
      List<Long> closeMs = new ArrayList<>();
      for (int run = 0; run < RUNS; run++) {
        PublishRequest request =
            PublishRequest.newBuilder()
                .setRunId("run-" + run)
                .setOpenIfMissing(true)
                .addAllEvents(Events.metrics(EVENTS, 0))
                .build();
        // A new id needs no answer of a DuckDB that has no memory left.
        client.publish(request);
        long before = System.nanoTime();
        client.closeRun("run-" + run, RunOutcome.RUN_OUTCOME_COMPLETED);
        closeMs.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - before));
      }
      done = true;

      // then
      System.out.println("ms from publish to persisted beside hungry queries: " + closeMs);
      askers.awaitAll(Duration.ofSeconds(10));
      System.out.println("the queries ended with " + reasons);
      assertThat(reasons)
          .contains("QUERY_LIMIT")
          .isSubsetOf("QUERY_LIMIT", "STORAGE_UNAVAILABLE", "OVERLOADED");
    }
    Asked count = Asked.of(daemon.channel(), "SELECT count(*), count(DISTINCT run_id) FROM events");
    assertThat(count.plain()).isEqualTo(List.of(List.of((double) RUNS * EVENTS, (double) RUNS)));
  }

  private void askOnAndOn() {
    for (int i = 0; !done; i++) {
      String sql = HUNGRY.get(i % HUNGRY.size());
      Asked.of(daemon.channel(), sql).refusal().ifPresent(refusal -> reasons.add(refusal.reason()));
    }
  }
}
