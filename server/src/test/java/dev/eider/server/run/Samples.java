package dev.eider.server.run;

import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.Value;
import dev.eider.server.event.EncodedEvent;
import dev.eider.server.event.RunId;
import dev.eider.server.event.SequencedEvent;
import dev.eider.server.run.StepRecord.Closed;
import dev.eider.server.run.StepRecord.Deleted;
import dev.eider.server.run.StepRecord.Opened;
import dev.eider.server.run.StepRecord.Published;
import dev.eider.v1.Event;
import dev.eider.v1.MetricPayload;
import dev.eider.v1.RunOutcome;
import dev.eider.v1.TurnStartPayload;
import dev.eider.v1.WorldStateSnapshot;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Events and records that tests begin with. */
public final class Samples {
  public static final RunId RUN = new RunId("game-1");
  public static final long NOW_US = 1_767_225_600_000_000L;

  private Samples() {}

  /** A metric that is complete. */
  public static Event metric(String agentId, int t) {
    return base(agentId, t)
        .setMetric(MetricPayload.newBuilder().setName("score").setValue(t))
        .build();
  }

  /** A turn_start with a snapshot. */
  public static Event turnStart(int t) {
    Struct state =
        Struct.newBuilder()
            .putFields("gold", Value.newBuilder().setNumberValue(10 * t).build())
            .build();
    return base("", t)
        .setTurnStart(
            TurnStartPayload.newBuilder()
                .setTurnNum(t)
                .setSnapshot(WorldStateSnapshot.newBuilder().setState(state)))
        .build();
  }

  /** An event without payload. */
  public static Event.Builder base(String agentId, int t) {
    return Event.newBuilder()
        .setAgentId(agentId)
        .setT(t)
        .setSchemaVersion(1)
        .setTs(Timestamp.newBuilder().setSeconds(1_767_225_600L + t).setNanos(5_000));
  }

  /** So many metrics with t from 0. */
  public static List<EncodedEvent> metrics(int count) {
    return IntStream.range(0, count).mapToObj(t -> EncodedEvent.of(metric("ada", t))).toList();
  }

  /** A record that opens a run. */
  public static StepRecord opening(RunId runId) {
    return new StepRecord(runId, NOW_US, plainly(), null, null);
  }

  /** A record that publishes to a run. */
  public static StepRecord publishing(
      RunId runId, long firstSeq, @Nullable ProducerStamp producer, List<EncodedEvent> events) {
    return new StepRecord(runId, NOW_US + 1, null, new Published(firstSeq, producer, events), null);
  }

  /** A record that closes a run. */
  public static StepRecord closing(RunId runId) {
    return new StepRecord(
        runId, NOW_US + 2, null, null, new Closed(RunOutcome.RUN_OUTCOME_COMPLETED));
  }

  /** A record that deletes a run. */
  public static StepRecord deleting(RunId runId, boolean kept) {
    return new StepRecord(runId, NOW_US + 3, null, null, null, new Deleted(kept));
  }

  /** The events of a record at their places in the run. */
  public static List<SequencedEvent> sequenced(StepRecord record) {
    Published published = record.published();
    if (published == null) {
      return List.of();
    }
    return IntStream.range(0, published.events().size())
        .mapToObj(
            i ->
                SequencedEvent.of(
                    record.runId(), published.firstSeq() + i, published.events().get(i).bytes()))
        .toList();
  }

  /** An opening without anything to it. */
  public static Opened plainly() {
    return new Opened(Map.of(), "", new byte[0], null);
  }

  /** The run after records that have to be accepted, at positions from 0. */
  public static FoldedRun fold(StepRecord... records) {
    FoldedRun run = null;
    for (int position = 0; position < records.length; position++) {
      run =
          Objects.requireNonNull(
              Fold.apply(run, position, records[position]), "record " + position + " was skipped");
    }
    return Objects.requireNonNull(run);
  }
}
