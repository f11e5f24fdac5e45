package dev.eider.server.sequencer;

import static dev.eider.server.run.Samples.RUN;
import static dev.eider.server.sequencer.Commands.delete;
import static dev.eider.server.sequencer.Commands.publish;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.eider.server.event.RunId;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.Samples;
import dev.eider.v1.ErrorReason;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The ids of runs of libraries are given by the sequencer, between the commands of clients. */
@Timeout(60)
final class ClaimTest {
  @TempDir private Path directory;
  private WriterRig rig;

  @BeforeEach
  void open() throws Exception {
    rig = new WriterRig(directory);
  }

  @AfterEach
  void close() throws Exception {
    rig.close();
  }

  @Test
  void shouldGiveAFreeIdAndThenRefuseWhoWritesToIt() throws Exception {
    // when
    long end = rig.log.endPosition();
    Applied applied = rig.apply(new Command.Claim(inLibrary(RUN)));

    // then the log has no record of it
    assertThat(applied.run().runId()).isEqualTo(RUN);
    assertThat(rig.log.endPosition()).isEqualTo(end);
    assertThat(rig.hub.find(RUN)).isNull();
    for (Command command : new Command[] {publish(RUN, 1), delete(RUN), Commands.close(RUN)}) {
      assertThat(rig.refusalOf(command).reason()).isEqualTo(ErrorReason.ERROR_REASON_RUN_READ_ONLY);
    }
  }

  @Test
  void shouldRefuseTheIdOfARunThatIsOrWasThere() throws Exception {
    // given one that is open, one that DuckDB has, and one that it has erased
    RunId stored = new RunId("stored");
    RunId deleted = new RunId("deleted");
    rig.apply(publish(RUN, 1));
    rig.apply(publish(stored, 1));
    rig.apply(Commands.close(stored));
    rig.apply(publish(deleted, 1));
    rig.apply(Commands.close(deleted));
    rig.apply(delete(deleted));
    rig.persist();
    rig.clock.advance(WriterRig.CONFIG.graceMs());
    await().until(() -> rig.hub.runCount() == 1);

    // then
    for (RunId runId : new RunId[] {RUN, stored, deleted}) {
      assertThat(rig.refusalOf(new Command.Claim(inLibrary(runId))).reason())
          .isEqualTo(ErrorReason.ERROR_REASON_RUN_ALREADY_EXISTS);
    }
    rig.apply(publish(RUN, 1));
  }

  @Test
  void shouldGiveTheSameIdAgainToTheSameRunOnly() throws Exception {
    // given
    FoldedRun run = inLibrary(RUN);
    rig.apply(new Command.Claim(run));

    // then
    rig.apply(new Command.Claim(run));
    assertThat(rig.refusalOf(new Command.Claim(inLibrary(RUN))).reason())
        .isEqualTo(ErrorReason.ERROR_REASON_RUN_ALREADY_EXISTS);
    assertThat(rig.index.find(RUN)).isSameAs(run);
  }

  @Test
  void shouldLetClientsHaveWhatIsGivenBack() throws Exception {
    // given
    FoldedRun run = inLibrary(RUN);
    rig.apply(new Command.Claim(run));

    // when
    rig.writer.giveBack(run);

    // then
    assertThat(rig.apply(publish(RUN, 2)).lastSeq()).isEqualTo(2);
  }

  @Test
  void shouldLetTheFirstOfTwoHaveTheId() throws Exception {
    // when both are in one batch, for all that anybody knows
    CompletableFuture<Applied> opened = rig.writer.execute(publish(RUN, 1));
    CompletableFuture<Applied> claimed = rig.writer.execute(new Command.Claim(inLibrary(RUN)));

    // then
    assertThat(opened.get(20, TimeUnit.SECONDS).lastSeq()).isEqualTo(1);
    assertThat(claimed.handle((applied, refusal) -> refusal != null).get(20, TimeUnit.SECONDS))
        .isTrue();
    assertThat(rig.run(RUN).isOpen()).isTrue();
  }

  private static FoldedRun inLibrary(RunId runId) {
    return Samples.fold(Samples.opening(runId), Samples.closing(runId)).inLibrary();
  }
}
