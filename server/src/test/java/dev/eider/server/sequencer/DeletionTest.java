package dev.eider.server.sequencer;

import static dev.eider.server.run.Samples.RUN;
import static dev.eider.server.sequencer.Commands.delete;
import static dev.eider.server.sequencer.Commands.fork;
import static dev.eider.server.sequencer.Commands.publish;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.eider.server.base.BrokerException;
import dev.eider.server.event.RunId;
import dev.eider.v1.ErrorReason;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** DeleteRun as the sequencer decides it. */
@Timeout(60)
final class DeletionTest {
  private static final RunId CHILD = new RunId("child");

  @RegisterExtension private final WriterRig rig = new WriterRig();

  @Test
  void shouldDeleteARunThatHasLeftMemory() throws Exception {
    rig.apply(publish(RUN, 2));
    rig.apply(Commands.close(RUN));
    forgetTheRun();

    assertThat(rig.apply(delete(RUN)).run().headSeq()).isEqualTo(2);
    assertThat(rig.hub.runBytes()).isPositive();
    forgetTheRun();
    assertThat(rig.hub.runBytes()).isZero();
  }

  @Test
  void shouldDecideForkAndDeletionInOneOrder() throws Exception {
    for (int round = 0; round < 200; round++) {
      RunId parent = new RunId("parent-" + round);
      RunId child = new RunId("child-" + round);
      rig.apply(publish(parent, 1));
      rig.apply(Commands.close(parent));
      if (round % 2 == 0) {
        rig.persist();
      }

      CompletableFuture<Applied> forked = rig.writer.execute(fork(child, parent));
      CompletableFuture<Applied> deleted = rig.writer.execute(delete(parent));

      boolean isForked = isAccepted(forked, ErrorReason.ERROR_REASON_RUN_NOT_FOUND);
      boolean isDeleted = isAccepted(deleted, ErrorReason.ERROR_REASON_RUN_HAS_FORKS);
      assertThat(isForked).as("round %d", round).isNotEqualTo(isDeleted);
    }
  }

  @Test
  void shouldLetARequestIdGoWithItsRun() throws Exception {
    rig.apply(Commands.open(RUN, "once", 1));
    rig.apply(new Command.Delete(RUN, true));
    assertThat(rig.apply(Commands.open(CHILD, "once", 2)).run().isOpen()).isTrue();
  }

  /** Has DuckDB take everything, and closed and deleted runs leave memory. */
  private void forgetTheRun() {
    rig.persist();
    rig.clock.advance(100_000);
    await().until(() -> rig.hub.find(RUN) == null);
  }

  private static boolean isAccepted(CompletableFuture<Applied> answer, ErrorReason otherwise)
      throws Exception {
    try {
      answer.get(20, TimeUnit.SECONDS);
      return true;
    } catch (ExecutionException e) {
      assertThat(((BrokerException) e.getCause()).reason()).isEqualTo(otherwise);
      return false;
    }
  }
}
