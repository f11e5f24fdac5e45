package dev.eider.server.sequencer;

import static dev.eider.server.run.Samples.RUN;
import static dev.eider.server.sequencer.Commands.close;
import static dev.eider.server.sequencer.Commands.publish;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.eider.server.base.BrokerException;
import dev.eider.server.event.RunId;
import dev.eider.v1.ErrorReason;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class WriterBoundsTest {
  @TempDir private Path directory;

  @Test
  void shouldBoundTheOpenRuns() throws Exception {
    try (WriterRig rig = new WriterRig(directory, config(false, 2, 1 << 20))) {
      // given
      rig.apply(publish(new RunId("a"), 1));
      rig.apply(publish(new RunId("b"), 1));

      // when
      BrokerException refusal = rig.refusalOf(publish(new RunId("c"), 1));

      // then
      assertThat(refusal.reason()).isEqualTo(ErrorReason.ERROR_REASON_OVERLOADED);
      assertThat(refusal.metadata()).isEqualTo(Map.of("limit", "2"));
      rig.apply(close(new RunId("a")));
      assertThat(rig.apply(publish(new RunId("c"), 1)).firstSeq()).isEqualTo(1);
    }
  }

  @Test
  void shouldRefuseWhileDuckDbIsFarBehindButClose() throws Exception {
    try (WriterRig rig = new WriterRig(directory, config(false, 10, 1_000))) {
      // given
      rig.apply(publish(RUN, 100));

      // when
      BrokerException refusal = rig.refusalOf(publish(RUN, 1));

      // then
      assertThat(refusal.reason()).isEqualTo(ErrorReason.ERROR_REASON_OVERLOADED);
      rig.persist();
      assertThat(rig.apply(publish(RUN, 100)).firstSeq()).isEqualTo(101);
      assertThat(rig.apply(close(RUN)).lastSeq()).isEqualTo(200);
    }
  }

  @Test
  void shouldForceLaterWhenItIsAsync() throws Exception {
    try (WriterRig rig = new WriterRig(directory, config(true, 10, 1 << 20))) {
      // when
      rig.apply(publish(RUN, 1));
      rig.clock.advance(10);

      // then
      await().until(() -> rig.log.forcedPosition() == rig.log.endPosition());
    }
  }

  private static SequencerConfig config(boolean async, int openRunsMax, long unpersistedBytesMax) {
    return new SequencerConfig(
        async, 10, 100, 1 << 20, 1 << 20, openRunsMax, 3, unpersistedBytesMax, 1 << 20, 60_000);
  }
}
