package dev.eider.server.hub;

import static dev.eider.server.run.Samples.metrics;
import static dev.eider.server.run.Samples.opening;
import static dev.eider.server.run.Samples.publishing;

import dev.eider.server.event.RunId;
import dev.eider.server.run.Fold;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.Samples;
import dev.eider.server.run.StepRecord;
import java.util.List;
import java.util.Objects;

/** A hub that keeps nothing it need not keep, and a log that it follows. */
abstract class HubFixture {
  static final RunId OTHER = new RunId("game-2");

  final PersistProgress progress = new PersistProgress(0);
  Hub hub = new Hub(new HubBounds(0, Long.MAX_VALUE / 2, Long.MAX_VALUE), progress);
  long position;

  /** Publishes so many events, opening the run if need be. */
  final RunTail publish(RunId runId, int count) {
    RunTail known = hub.find(runId);
    if (known == null) {
      known = advance(opening(runId));
    }
    return advance(publishing(runId, known.run().headSeq() + 1, null, metrics(count)));
  }

  final RunTail advance(StepRecord record) {
    RunTail known = hub.find(record.runId());
    FoldedRun after = Fold.apply(known == null ? null : known.run(), position, record);
    return hub.advance(Objects.requireNonNull(after), position++, Samples.sequenced(record));
  }

  final void persistAll() {
    hub.persisted(hub.runs().stream().map(RunTail::run).toList(), position);
  }

  /** Publishes two events that DuckDB has and memory lets go, and two more. */
  final void publishHalfPersisted(RunId runId) {
    publish(runId, 2);
    FoldedRun persisted = tail(runId).run();
    long upTo = position;
    publish(runId, 2);
    hub.persisted(List.of(persisted), upTo);
    hub.evict();
  }

  final RunTail tail(RunId runId) {
    return Objects.requireNonNull(hub.find(runId));
  }
}
