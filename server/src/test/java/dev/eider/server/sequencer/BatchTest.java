package dev.eider.server.sequencer;

import static dev.eider.server.run.Samples.RUN;
import static dev.eider.server.sequencer.Commands.close;
import static dev.eider.server.sequencer.Commands.publish;
import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.server.base.BrokerException;
import dev.eider.server.hub.Hub;
import dev.eider.server.hub.HubBounds;
import dev.eider.server.hub.PersistProgress;
import dev.eider.server.log.MemoryLog;
import dev.eider.server.runs.RunIndex;
import dev.eider.server.runs.StoredRuns;
import dev.eider.v1.ErrorReason;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A refusal that rests on a command of the same batch: a publish behind a close. */
@Timeout(60)
final class BatchTest {
  private final Hub hub =
      new Hub(new HubBounds(1 << 20, Long.MAX_VALUE / 2, Long.MAX_VALUE), new PersistProgress(0));
  private final RunIndex index = new RunIndex(hub, new StoredRuns());
  private final LogApplier applier = new LogApplier(hub, index, InstantSource.system(), 0);
  private final Submission first = Submission.of(publish(RUN, 1));
  private final Submission closing = Submission.of(close(RUN));
  private final Submission late = Submission.of(publish(RUN, 1));

  private final MemoryLog log = new MemoryLog();
  private Batch batch;

  @BeforeEach
  void decide() {
    batch = new Batch(log, index, new Decider(3), new BatchRoom(hub, 10, false));
    batch.add(first, 1);
    batch.add(closing, 2);
    batch.add(late, 3);
  }

  @Test
  void shouldRefuseOnceTheBatchIsDurable() throws Exception {
    assertThat(late.done()).isNotDone();
    log.commit(true);
    applier.apply(batch.effects());
    batch.answer();
    assertThat(reasonOf(late.done())).isEqualTo(ErrorReason.ERROR_REASON_RUN_CLOSED);
  }

  @Test
  void shouldNotRefuseForWhatNeverCameTrue() {
    batch.fail(BrokerException.of(ErrorReason.ERROR_REASON_STORAGE_FULL, "full"));
    assertThat(reasonOf(first.done())).isEqualTo(ErrorReason.ERROR_REASON_STORAGE_FULL);
    assertThat(reasonOf(late.done())).isEqualTo(ErrorReason.ERROR_REASON_STORAGE_FULL);
    assertThat(hub.find(RUN)).isNull();
  }

  private static ErrorReason reasonOf(CompletableFuture<Applied> answer) {
    return answer.handle((applied, e) -> ((BrokerException) e).reason()).join();
  }
}
