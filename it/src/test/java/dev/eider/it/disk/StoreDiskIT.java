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

/** DuckDB's disk is full, and the log's is another that is not. */
@Timeout(180)
final class StoreDiskIT {
  private static final Map<String, String> SOON_BEHIND =
      Map.of("unpersisted-bytes-max", "1048576", "disk-reserve-bytes", "1048576");

  @RegisterExtension final DiskExtension disks = new DiskExtension();

  @Test
  void shouldPublishUpToTheBoundAndRecoverByItself() {
    // given room for the log only; none ever for temporary files
    SmallDisk disk = disks.dataInMemory(48);
    disks.inMemory("log", 64);
    disks.inMemory("tmp", 1).fill();
    Daemon daemon = disks.start(SOON_BEHIND);
    RunCalls calls = new RunCalls(daemon);
    HealthWatch health = new HealthWatch(daemon.channel());
    OldRun old = OldRun.make(daemon);
    try (Play play = disks.play("run-", 2_000)) {
      play.await(Tally.EVENTS, 50);

      // when
      disk.fill();
      play.await(Tally.EVENTS, 50);
      play.await("OVERLOADED", 20);

      // then
      health.awaitNotServing(Play.SOON);
      Refusal.of(() -> calls.publish("new", Events.metrics(1, 1)))
          .shouldBe(Status.Code.RESOURCE_EXHAUSTED, "OVERLOADED");
      old.shouldBeReadable();
      play.shouldBeFollowed();

      // when it starts like this
      daemon.kill9();
      daemon.restart();
      play.isBack();

      // then
      old.shouldBeReadable();
      play.await("OVERLOADED", 20);
      disks.shouldNotBeFlooded();

      // when
      HealthWatch afterwards = new HealthWatch(daemon.channel());
      disk.free();

      // then
      play.await(Tally.EVENTS, 50);
      afterwards.awaitServing(Play.SOON);
      play.shouldHold();
    }
  }
}
