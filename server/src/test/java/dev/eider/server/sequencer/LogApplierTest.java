package dev.eider.server.sequencer;

import static dev.eider.server.run.Samples.RUN;
import static dev.eider.server.sequencer.Commands.close;
import static dev.eider.server.sequencer.Commands.open;
import static dev.eider.server.sequencer.Commands.publish;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.server.event.EventMatcher;
import dev.eider.server.event.RunId;
import dev.eider.server.hub.Hub;
import dev.eider.server.hub.HubBounds;
import dev.eider.server.hub.PersistProgress;
import dev.eider.server.hub.RunTail;
import dev.eider.server.log.LogCorruptedException;
import dev.eider.server.log.segment.FileDisk;
import dev.eider.server.log.segment.LogConfig;
import dev.eider.server.log.segment.SegmentedLog;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.runs.RunIndex;
import dev.eider.server.runs.StoredRuns;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class LogApplierTest {
  private static final RunId OTHER = new RunId("game-2");
  private static final RunId THIRD = new RunId("game-3");

  @TempDir private Path directory;

  @Test
  void shouldBringBackTheStateBeforeTheStop() throws Exception {
    // given
    Map<RunId, FoldedRun> before;
    try (WriterRig rig = new WriterRig(directory)) {
      rig.apply(open(RUN, "req", 1));
      for (int i = 0; i < 20; i++) {
        rig.apply(publish(RUN, "p", 0, 1 + 3L * i, 3));
        rig.apply(publish(OTHER, i % 4));
      }
      rig.apply(publish(THIRD, 1));
      rig.apply(close(THIRD));
      before = runs(rig.hub);
    }

    // when
    try (WriterRig rig = new WriterRig(directory)) {
      // then
      assertThat(runs(rig.hub)).usingRecursiveComparison().isEqualTo(before);
      assertThat(rig.hub.openRunCount()).isEqualTo(2);
      assertThat(rig.hub.findByRequestId("req")).isEqualTo(RUN);
      assertThat(
              Objects.requireNonNull(
                      Objects.requireNonNull(rig.hub.find(RUN))
                          .read(0, EventMatcher.ALL, 1_000, Long.MAX_VALUE))
                  .events())
          .hasSize(60);
      assertThat(rig.apply(publish(RUN, "p", 0, 58, 3)).duplicate()).isTrue();
      assertThat(rig.apply(publish(RUN, "p", 0, 61, 1)).firstSeq()).isEqualTo(61);
    }
  }

  @Test
  void shouldGoOnFromWhatDuckDbHas() throws Exception {
    // given
    FoldedRun persisted;
    FoldedRun before;
    long position;
    try (WriterRig rig = new WriterRig(directory)) {
      persisted = rig.apply(publish(RUN, 3)).run();
      position = rig.log.endPosition();
      before = rig.apply(publish(RUN, 2)).run();
    }
    Hub hub =
        new Hub(
            new HubBounds(1 << 20, Long.MAX_VALUE / 2, Long.MAX_VALUE),
            new PersistProgress(position));
    hub.restore(persisted);

    // when
    long count = replay(hub, position);

    // then
    assertThat(count).isEqualTo(1);
    RunTail tail = Objects.requireNonNull(hub.find(RUN));
    assertThat(tail.run()).usingRecursiveComparison().isEqualTo(before);
    assertThat(tail.persistedSeq()).isEqualTo(3);
    assertThat(tail.read(0, EventMatcher.ALL, 10, 1_000)).isNull();
    assertThat(Objects.requireNonNull(tail.read(3, EventMatcher.ALL, 10, 10_000)).events())
        .hasSize(2);
  }

  @Test
  void shouldRefuseALogThatDoesNotContinueWhatDuckDbHas() throws Exception {
    // given
    long position;
    try (WriterRig rig = new WriterRig(directory)) {
      rig.apply(publish(RUN, 3));
      position = rig.log.endPosition();
      rig.apply(publish(RUN, 2));
    }
    Hub hub =
        new Hub(
            new HubBounds(1 << 20, Long.MAX_VALUE / 2, Long.MAX_VALUE),
            new PersistProgress(position));

    // then
    assertThatThrownBy(() -> replay(hub, position))
        .isInstanceOf(LogCorruptedException.class)
        .hasMessageContaining("does not continue the run");
  }

  private long replay(Hub hub, long position) throws Exception {
    try (SegmentedLog log =
        SegmentedLog.open(new FileDisk(directory), LogConfig.defaults(), position)) {
      return new LogApplier(hub, new RunIndex(hub, new StoredRuns()), InstantSource.system(), 0)
          .replay(log, position);
    }
  }

  private static Map<RunId, FoldedRun> runs(Hub hub) {
    return hub.runs().stream().collect(Collectors.toMap(tail -> tail.run().runId(), RunTail::run));
  }
}
