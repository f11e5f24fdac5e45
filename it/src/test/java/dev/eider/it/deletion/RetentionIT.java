package dev.eider.it.deletion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.eider.it.Daemon;
import dev.eider.it.DaemonExtension;
import dev.eider.it.Events;
import dev.eider.it.RunCalls;
import dev.eider.it.RunReader;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Old runs go by themselves. */
@Timeout(120)
class RetentionIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  @RegisterExtension
  static final DaemonExtension EXTENSION =
      new DaemonExtension()
          .set("retention-runs-max", 3)
          .set("retention-round-ms", 100)
          .set("persist-linger-ms", 50);

  private final Daemon daemon = EXTENSION.daemon();
  private final RunCalls runs = new RunCalls(daemon);

  @Test
  void shouldKeepTheNewestAndWhatForksNeed() {
    // given
    runs.publish("parent", List.of(Events.turnStart("ada", 0, Events.gold(1))));
    runs.fork("parent", 0, "child");
    runs.close("parent");

    // when
    for (int i = 0; i < 6; i++) {
      runs.publish("game-" + i, Events.metrics(3, 0));
      runs.close("game-" + i);
    }

    // then
    await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(runs.heads().keySet())
                    .containsExactlyInAnyOrder("parent", "child", "game-3", "game-4", "game-5"));
    try (RunReader reader = RunReader.fromStart(daemon.channel(), "game-4")) {
      assertThat(reader.awaitRunClosed(SOON).eventCount()).isEqualTo(3);
    }
  }
}
