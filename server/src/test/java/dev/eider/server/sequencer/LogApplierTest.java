package dev.eider.server.sequencer;

import static dev.eider.server.run.Samples.RUN;
import static dev.eider.server.sequencer.Commands.publish;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.server.event.EventMatcher;
import dev.eider.server.hub.Hub;
import dev.eider.server.hub.HubBounds;
import dev.eider.server.hub.PersistProgress;
import dev.eider.server.hub.RunTail;
import dev.eider.server.log.LogCorruptedException;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.runs.RunIndex;
import dev.eider.server.runs.StoredRuns;
import java.time.InstantSource;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The log from where DuckDB stands on. */
@Timeout(60)
final class LogApplierTest {
  @RegisterExtension private final WriterRig rig = new WriterRig();
  private FoldedRun persisted;
  private FoldedRun last;
  private Hub hub;

  @BeforeEach
  void publishTwice() throws Exception {
    persisted = rig.apply(publish(RUN, 3)).run();
    long position = rig.log.endPosition();
    last = rig.apply(publish(RUN, 2)).run();
    hub =
        new Hub(
            new HubBounds(1 << 20, Long.MAX_VALUE / 2, Long.MAX_VALUE),
            new PersistProgress(position));
  }

  @Test
  void shouldGoOnFromWhatDuckDbHas() {
    // given
    hub.restore(persisted);

    // when
    long count = replay();

    // then
    assertThat(count).isEqualTo(1);
    RunTail tail = Objects.requireNonNull(hub.find(RUN));
    assertThat(tail.run()).usingRecursiveComparison().isEqualTo(last);
    assertThat(tail.persistedSeq()).isEqualTo(3);
    assertThat(tail.read(0, EventMatcher.ALL, 10, 1_000)).isNull();
    assertThat(Objects.requireNonNull(tail.read(3, EventMatcher.ALL, 10, 10_000)).events())
        .hasSize(2);
  }

  @Test
  void shouldRefuseALogThatDoesNotContinueWhatDuckDbHas() {
    assertThatThrownBy(this::replay)
        .isInstanceOf(LogCorruptedException.class)
        .hasMessageContaining("does not continue the run");
  }

  private long replay() {
    return new LogApplier(hub, new RunIndex(hub, new StoredRuns()), InstantSource.system(), 0)
        .replay(rig.log, hub.progress().position());
  }
}
