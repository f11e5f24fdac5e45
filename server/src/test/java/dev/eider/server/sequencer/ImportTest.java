package dev.eider.server.sequencer;

import static dev.eider.server.run.Samples.RUN;
import static dev.eider.server.sequencer.Commands.close;
import static dev.eider.server.sequencer.Commands.open;
import static dev.eider.server.sequencer.Commands.publish;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.eider.server.event.RunId;
import dev.eider.server.run.Imports;
import dev.eider.v1.RunOutcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Imported runs exist from their record on, and nobody is shown them before DuckDB has them. */
@Timeout(60)
final class ImportTest {
  private static final RunId FIRST = new RunId("imported-1");
  private static final RunId SECOND = new RunId("imported-2");
  private static final Command.Import IMPORT =
      new Command.Import(Imports.of(3, FIRST, SECOND), 500);

  @RegisterExtension private final WriterRig rig = new WriterRig();

  @Test
  void shouldTakeTheIdsWithoutShowingTheRuns() throws Exception {
    // when
    Applied applied = rig.apply(IMPORT);

    // then
    assertThat(applied.run().runId()).isEqualTo(FIRST);
    assertThat(rig.hub.find(FIRST)).isNull();
    assertThat(rig.hub.stagedFiles()).hasSize(1);
    rig.shouldRefuse(publish(SECOND, 1), "RUN_CLOSED");
    rig.shouldRefuse(open(FIRST, "", 1), "RUN_ALREADY_EXISTS");
    rig.shouldRefuse(IMPORT, "RUN_ALREADY_EXISTS");
    assertThat(rig.apply(new Command.Close(FIRST, RunOutcome.RUN_OUTCOME_FAILED)).duplicate())
        .isTrue();
    rig.shouldRefuse(close(FIRST), "RUN_CLOSED");
  }

  @Test
  void shouldAskDuckDbAboutThemOnceItHasThem() throws Exception {
    // given
    await("what ids DuckDB has is read").until(() -> rig.index.isKnown(new RunId("nobody")));
    rig.apply(IMPORT);
    long before = rig.hub.runBytes();
    assertThat(rig.stored.asked()).isEmpty();

    // when
    rig.stored.put(requireNonNull(rig.index.find(SECOND)));
    rig.persist();
    await().until(() -> rig.hub.stagedFiles().isEmpty());

    // then
    rig.shouldRefuse(publish(SECOND, 1), "RUN_CLOSED");
    assertThat(rig.stored.asked()).containsExactly(SECOND);
    assertThat(rig.hub.runBytes()).isLessThan(before);
  }

  @Test
  void shouldBeThereAgainAfterARestart() throws Exception {
    // given
    rig.apply(publish(RUN, 1));
    rig.apply(IMPORT);

    // when
    rig.restart();

    // then
    assertThat(rig.hub.stagedFiles()).hasSize(1);
    assertThat(rig.hub.find(FIRST)).isNull();
    rig.shouldRefuse(publish(FIRST, 1), "RUN_CLOSED");
  }
}
