package dev.eider.it.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.it.Daemon;
import dev.eider.it.DuckDbFile;
import dev.eider.it.Events;
import dev.eider.it.HealthWatch;
import dev.eider.it.Refusal;
import dev.eider.it.RunCalls;
import dev.eider.it.VolumePublisher;
import dev.eider.it.testkit.grpc.Play;
import dev.eider.it.testkit.workload.Tally;
import io.grpc.Status;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Everything that the daemon keeps is on one disk, and that is full. */
@Timeout(180)
final class FullDiskIT {
  private static final int TEXT_CHARS = 400;

  @RegisterExtension final DiskExtension disks = new DiskExtension();

  @Test
  void shouldRefuseWhileFullAndGoOnByItself() {
    // given
    SmallDisk disk = disks.dataOnExt4(96);
    Daemon daemon = disks.start(Map.of());
    HealthWatch health = new HealthWatch(daemon.channel());
    OldRun old = OldRun.make(daemon);
    try (Play play = disks.play("run-", TEXT_CHARS);
        WaitingClient client = new WaitingClient(daemon)) {
      play.await(Tally.EVENTS, 100);

      // when
      disk.fill();
      play.await(Tally.FULL, 50);
      client.publishMuch();

      // then
      health.awaitNotServing(Play.SOON);
      shouldRefuse(daemon);
      old.shouldBeReadable();
      play.shouldBeFollowed();
      disks.shouldNotBeFlooded();

      // when
      disk.free();

      // then
      health.awaitServing(Play.SOON);
      assertThat(health.seen()).as("two changes").hasSize(3);
      play.await(Tally.EVENTS, 100);
      client.shouldHaveDoneItAll();
      play.shouldHold();
    }
  }

  @Test
  void shouldServeReadsThroughStopsAndStartsWhileFull() {
    // given
    SmallDisk disk = disks.dataInMemory(64);
    Daemon daemon = disks.start(Map.of("segment-bytes-max", "65536"));
    OldRun old = OldRun.make(daemon);
    try (Play play = disks.play("run-", TEXT_CHARS)) {
      play.await(Tally.EVENTS, 100);
      disk.fill();
      play.await(Tally.FULL, 20);

      // when
      daemon.kill9();
      daemon.restart();
      play.isBack();

      // then
      shouldServeReadsOnly(daemon, old, play);

      // when
      assertThat(daemon.terminate(30)).isEqualTo(143);
      daemon.restart();
      play.isBack();

      // then
      shouldServeReadsOnly(daemon, old, play);

      // when
      HealthWatch health = new HealthWatch(daemon.channel());
      disk.free();

      // then
      health.awaitServing(Play.SOON);
      play.await(Tally.EVENTS, 100);
      play.shouldHold();
    }
  }

  @Test
  void shouldRefuseToBeginWhereThereIsNoRoom() {
    SmallDisk disk = disks.dataInMemory(8);
    disk.fill();
    assertThatThrownBy(() -> disks.start(Map.of()))
        .hasMessageContaining("No space left on device")
        .hasMessageContaining("free some space");
  }

  /** Publishers that never see a refusal but for want of room leave DuckDB the room it needs. */
  @Test
  void shouldLeaveDuckDbRoomForAllThatWasTaken() {
    // given
    disks.dataInMemory(64);
    Daemon daemon = disks.start(Map.of("segment-bytes-max", "4194304"));
    RunCalls calls = new RunCalls(daemon);

    // when the disk is filled by what is published, and nothing else
    VolumePublisher publisher = new VolumePublisher(daemon.channel(), "bulk", new AtomicInteger());
    publisher.publishUntilFull();

    // then
    assertThat(calls.get("bulk").getHeadSeq()).isEqualTo(publisher.published());
    calls.close("bulk");
    shouldStopWithEachEventOnce(daemon);
    assertThat(disks.logBytes()).as("log that DuckDB no longer needs").isLessThan(8 << 20);
  }

  private static void shouldServeReadsOnly(Daemon daemon, OldRun old, Play play) {
    new HealthWatch(daemon.channel()).awaitNotServing(Play.SOON);
    shouldRefuse(daemon);
    old.shouldBeReadable();
    play.await(Tally.FULL, 20);
  }

  private static void shouldRefuse(Daemon daemon) {
    RunCalls calls = new RunCalls(daemon);
    Refusal.of(() -> calls.publish("new", Events.metrics(1, 1)))
        .shouldBe(Status.Code.RESOURCE_EXHAUSTED, "STORAGE_FULL");
    assertThat(calls.heads()).doesNotContainKey("new");
  }

  private static void shouldStopWithEachEventOnce(Daemon daemon) {
    assertThat(daemon.terminate(30)).isEqualTo(143);
    try (DuckDbFile file = DuckDbFile.of(daemon)) {
      assertThat(file.number("SELECT count(*) - count(DISTINCT (run_id, seq)) FROM events"))
          .isZero();
      assertThat(file.number("SELECT sum(head_seq) - (SELECT count(*) FROM events) FROM runs"))
          .isZero();
    }
  }
}
