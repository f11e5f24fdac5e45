package dev.eider.it.disk;

import dev.eider.it.Daemon;
import dev.eider.it.Events;
import dev.eider.it.Refusal;
import dev.eider.it.RunCalls;
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
    HealthWatch health = new HealthWatch(daemon);
    try (Traffic traffic = new Traffic(daemon, TEXT_CHARS, "one", "two")) {
      traffic.awaitAcked(200);

      // when
      disk.cutPower();

      // then
      health.awaitNotServing(Traffic.SOON);
      Refusal.of(() -> new RunCalls(daemon).publish("one", Events.metrics(1, 1)))
          .shouldBe(Status.Code.UNAVAILABLE, "STORAGE_UNAVAILABLE");
      traffic.shouldHaveItsReaders();
      DaemonLog.shouldNotBeFlooded(daemon);

      // when
      daemon.kill9();
      traffic.daemonIsGone();
      disk.remount();
      daemon.restart();

      // then
      traffic.shouldHoldWhatWasAckedAndSeen();
      traffic.finish();
      traffic.report("PowerLossIT");
    }
  }

  @Test
  void shouldKeepAWholePartOfEachRunWithDurabilityAsync() {
    // given
    SmallDisk disk = disks.dataOnExt4(96);
    Daemon daemon = disks.start(Map.of("durability", "async", "force-interval-ms", "10000"));
    try (Traffic traffic = new Traffic(daemon, TEXT_CHARS, "one", "two")) {
      traffic.awaitAcked(200);

      // when only the daemon dies
      daemon.kill9();
      traffic.daemonIsGone();
      daemon.restart();

      // then
      traffic.shouldHoldWhatWasAckedAndSeen();

      // when the power is lost
      traffic.goOn();
      traffic.awaitAcked(200);
      daemon.kill9();
      traffic.daemonIsGone();
      disk.cutPower();
      disk.remount();
      daemon.restart();

      // then
      traffic.shouldHoldAPrefixOfWhatWasAcked();
    }
  }
}
