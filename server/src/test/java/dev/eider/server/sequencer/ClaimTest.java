package dev.eider.server.sequencer;

import static dev.eider.server.run.Samples.RUN;
import static dev.eider.server.sequencer.Commands.delete;
import static dev.eider.server.sequencer.Commands.publish;
import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.server.event.RunId;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.Samples;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The ids of runs of libraries are given by the sequencer, between the commands of clients. */
@Timeout(60)
final class ClaimTest {
  @RegisterExtension private final WriterRig rig = new WriterRig();

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
      rig.shouldRefuse(command, "RUN_READ_ONLY");
    }
  }

  /** Which of its files has a run is for the library to say. */
  @Test
  void shouldTakeTheLibrarysNewestWord() throws Exception {
    rig.apply(new Command.Claim(inLibrary(RUN)));
    FoldedRun newer = inLibrary(RUN);

    rig.apply(new Command.Claim(newer));

    assertThat(rig.index.find(RUN)).isSameAs(newer);
  }

  @Test
  void shouldLetClientsHaveWhatIsGivenBack() throws Exception {
    FoldedRun run = inLibrary(RUN);
    rig.apply(new Command.Claim(run));

    rig.writer.giveBack(run);

    assertThat(rig.apply(publish(RUN, 2)).lastSeq()).isEqualTo(2);
  }

  private static FoldedRun inLibrary(RunId runId) {
    return Samples.fold(Samples.opening(runId), Samples.closing(runId)).inLibrary();
  }
}
