package dev.eider.it.disk;

import dev.eider.it.Daemon;
import dev.eider.it.Events;
import dev.eider.it.HealthWatch;
import dev.eider.it.Refusal;
import dev.eider.it.RunCalls;
import dev.eider.it.testkit.grpc.Play;
import dev.eider.it.testkit.workload.Tally;
import io.grpc.Status;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The disk is gone under the running daemon, and comes back as the loss of power leaves it. */
@Timeout(180)
final class PowerLossIT {
  private static final int TEXT_CHARS = 400;

  @RegisterExtension final DiskExtension disks = new DiskExtension();

  @Test
  void shouldKeepWhatWasAckedAndSeen() {
    // given
    SmallDisk disk = disks.dataOnExt4(96);
    Daemon daemon = disks.start(Map.of());
    HealthWatch health = new HealthWatch(daemon.channel());
    try (Play play = disks.play("run-", TEXT_CHARS)) {
      play.await(Tally.EVENTS, 200);

      // when
      disk.cutPower();

      // then
      health.awaitNotServing(Play.SOON);
      Refusal.of(() -> new RunCalls(daemon).publish("one", Events.metrics(1, 1)))
          .shouldBe(Status.Code.UNAVAILABLE, "STORAGE_UNAVAILABLE");
      play.shouldHaveItsReaders();
      disks.shouldNotBeFlooded();

      // when
      daemon.kill9();
      disk.remount();
      daemon.restart();
      play.isBack();

      // then
      play.shouldHold();
    }
  }

  @Test
  void shouldKeepAWholePartOfEachRunWithDurabilityAsync() {
    // given
    SmallDisk disk = disks.dataOnExt4(96);
    Daemon daemon = disks.start(Map.of("durability", "async", "force-interval-ms", "10000"));
    try (Play play = disks.play("run-", TEXT_CHARS)) {
      play.await(Tally.EVENTS, 200);

      // when only the daemon dies
      play.kill(() -> {});

      // then
      play.await(Tally.EVENTS, 50);
      play.shouldHold();
    }

    // when the power is lost
    daemon.restart();
    try (Play play = disks.play("later-", TEXT_CHARS)) {
      play.await(Tally.EVENTS, 200);
      daemon.kill9();
      disk.cutPower();
      disk.remount();
      daemon.restart();
      play.isBack();

      // then
      play.shouldHoldAPrefix();
    }
  }
}
