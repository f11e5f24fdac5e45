package dev.eider.server.store;

import dev.eider.server.event.EncodedEvent;
import dev.eider.server.event.RunId;
import dev.eider.server.run.Fold;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.Parent;
import dev.eider.server.run.ProducerStamp;
import dev.eider.server.run.StepRecord;
import dev.eider.server.run.StepRecord.Closed;
import dev.eider.server.run.StepRecord.Deleted;
import dev.eider.server.run.StepRecord.Opened;
import dev.eider.server.run.StepRecord.Published;
import dev.eider.v1.Event;
import dev.eider.v1.RunOutcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A log in memory that folds what is appended and hands it out as batches to persist. */
public final class TestLog {
  public static final long BASE_US = TestEvents.BASE_SECONDS * 1_000_000;

  private final Map<RunId, FoldedRun> runs = new HashMap<>();
  private final List<EventRow> rows = new ArrayList<>();
  private final Set<RunId> changed = new LinkedHashSet<>();
  private long position;

  public TestLog open(String runId) {
    return open(runId, Map.of(), "", null);
  }

  public TestLog open(
      String runId, Map<String, String> labels, String requestId, @Nullable Parent parent) {
    byte[] hash = requestId.isEmpty() ? new byte[0] : new byte[] {1, 0, 2};
    return append(
        new StepRecord(
            new RunId(runId),
            BASE_US + position,
            new Opened(labels, requestId, hash, parent),
            null,
            null));
  }

  public TestLog publish(String runId, Event... events) {
    return publish(runId, null, events);
  }

  public TestLog publish(String runId, @Nullable ProducerStamp producer, Event... events) {
    List<EncodedEvent> encoded = new ArrayList<>();
    for (Event event : events) {
      encoded.add(EncodedEvent.of(event));
    }
    Published published = new Published(run(runId).headSeq() + 1, producer, encoded);
    for (int i = 0; i < events.length; i++) {
      rows.add(new EventRow(position, new RunId(runId), published.firstSeq() + i, encoded.get(i)));
    }
    return append(new StepRecord(new RunId(runId), BASE_US + position, null, published, null));
  }

  public TestLog close(String runId, RunOutcome outcome) {
    return append(
        new StepRecord(new RunId(runId), BASE_US + position, null, null, new Closed(outcome)));
  }

  public TestLog delete(String runId) {
    return append(
        new StepRecord(new RunId(runId), BASE_US + position, null, null, null, new Deleted(false)));
  }

  /** What the persister does once a batch is written: a closed run is forgotten. */
  public TestLog forget(String runId) {
    runs.remove(new RunId(runId));
    return this;
  }

  public FoldedRun run(String runId) {
    return Objects.requireNonNull(runs.get(new RunId(runId)), runId);
  }

  public long position() {
    return position;
  }

  /** What was appended since the last call. */
  public PersistBatch batch() {
    List<EventRow> sorted = new ArrayList<>(rows);
    sorted.sort(Comparator.comparing(EventRow::runId).thenComparing(EventRow::seq));
    List<FoldedRun> touched = changed.stream().map(id -> run(id.value())).toList();
    rows.clear();
    changed.clear();
    return new PersistBatch(sorted, touched, position);
  }

  private TestLog append(StepRecord record) {
    FoldedRun next = Fold.apply(runs.get(record.runId()), position, record);
    runs.put(record.runId(), Objects.requireNonNull(next, "the fold refused a record"));
    changed.add(record.runId());
    position++;
    return this;
  }
}
