package dev.eider.server.sequencer;

import static dev.eider.server.run.Samples.RUN;
import static dev.eider.server.sequencer.Commands.close;
import static dev.eider.server.sequencer.Commands.publish;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.eider.server.event.EventMatcher;
import dev.eider.server.event.RunId;
import dev.eider.server.run.FoldedRun;
import dev.eider.v1.ErrorReason;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What publishers see of a disk that does not take their events. */
@Timeout(60)
final class SickDiskTest {
  private static final RunId OTHER = new RunId("game-2");

  @TempDir private Path directory;
  private WriterRig rig;

  @BeforeEach
  void start() throws Exception {
    rig = new WriterRig(directory);
    rig.apply(publish(RUN, 2));
  }

  @AfterEach
  void stop() throws Exception {
    rig.close();
  }

  @Test
  void shouldRefuseAndRecoverFromAFullDisk() throws Exception {
    // given
    FoldedRun before = rig.run(RUN);
    rig.disk.fill();

    // when
    ErrorReason reason = rig.refusalOf(publish(RUN, 3)).reason();

    // then
    assertThat(reason).isEqualTo(ErrorReason.ERROR_REASON_STORAGE_FULL);
    assertThat(rig.refusalOf(publish(OTHER, 3)).reason()).isEqualTo(reason);
    assertNothingHappened(before);
    assertThat(rig.healths).containsExactly(PublishHealth.FULL);

    // when
    heal();
    Applied applied = rig.apply(publish(RUN, 1));

    // then
    assertThat(applied.firstSeq()).isEqualTo(3);
    assertThat(rig.healths).containsExactly(PublishHealth.FULL, PublishHealth.OK);
    assertSameAfterRestart();
  }

  @Test
  void shouldRefuseAndRecoverFromAFailedWrite() throws Exception {
    // given
    FoldedRun before = rig.run(RUN);
    rig.disk.failWrites();

    // when
    ErrorReason reason = rig.refusalOf(publish(RUN, "p", 0, 1, 3)).reason();

    // then
    assertThat(reason).isEqualTo(ErrorReason.ERROR_REASON_STORAGE_UNAVAILABLE);
    assertNothingHappened(before);

    // when
    heal();
    Applied applied = rig.apply(publish(RUN, "p", 0, 1, 3));

    // then
    assertThat(applied.firstSeq()).isEqualTo(3);
    assertThat(applied.duplicate()).isFalse();
    assertSameAfterRestart();
  }

  @Test
  void shouldRefuseForGoodWhenTheDiskCannotBeTrusted() throws Exception {
    // given
    FoldedRun before = rig.run(RUN);
    rig.disk.failForces();

    // when
    ErrorReason reason = rig.refusalOf(publish(RUN, 3)).reason();

    // then
    assertThat(reason).isEqualTo(ErrorReason.ERROR_REASON_STORAGE_UNAVAILABLE);
    assertNothingHappened(before);
    await().until(() -> rig.healths.contains(PublishHealth.BROKEN));

    // when
    rig.disk.heal();

    // then
    assertThat(rig.refusalOf(close(RUN)).reason())
        .isEqualTo(ErrorReason.ERROR_REASON_STORAGE_UNAVAILABLE);
    assertNothingHappened(before);
  }

  /** Waits until the disk has been found healthy, with nobody publishing. */
  private void heal() {
    rig.disk.heal();
    await()
        .untilAsserted(
            () -> {
              rig.clock.advance(1_000);
              assertThat(rig.healths).endsWith(PublishHealth.OK);
            });
  }

  private void assertNothingHappened(FoldedRun before) {
    assertThat(rig.run(RUN)).isSameAs(before);
    assertThat(rig.hub.find(OTHER)).isNull();
    assertThat(
            Objects.requireNonNull(
                    Objects.requireNonNull(rig.hub.find(RUN))
                        .read(0, EventMatcher.ALL, 100, Long.MAX_VALUE))
                .events())
        .hasSize((int) before.headSeq());
  }

  private void assertSameAfterRestart() throws Exception {
    FoldedRun before = rig.run(RUN);
    rig.close();
    rig = new WriterRig(directory);
    assertThat(rig.run(RUN)).usingRecursiveComparison().isEqualTo(before);
  }
}
