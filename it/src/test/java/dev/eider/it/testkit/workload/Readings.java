package dev.eider.it.testkit.workload;

import dev.eider.it.RawEnvelope;
import dev.eider.it.RawResponse;
import dev.eider.it.testkit.Reader;
import dev.eider.it.testkit.Rule;
import dev.eider.it.testkit.Timeline;
import dev.eider.v1.ColdStreamRequest;
import dev.eider.v1.ColdStreamResponse;
import dev.eider.v1.ColdStreamResponse.ColdEnd;
import dev.eider.v1.GetRunRequest;
import dev.eider.v1.Run;
import dev.eider.v1.RunState;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads that are over when they return, recorded under the name of who reads. One client. */
public final class Readings {
  private static final Set<String> NOT_NOW =
      Set.of("OVERLOADED", "STORAGE_FULL", "STORAGE_UNAVAILABLE", "SHUTTING_DOWN");

  private final Stage stage;
  private final String by;

  public Readings(Stage stage, String by) {
    this.stage = stage;
    this.by = by;
  }

  /**
   * Reads what DuckDB has between two seqs; 0 as the last means all.
   *
   * @return whether the read came to its end
   */
  public boolean cold(String runId, long afterSeq, long untilSeq) {
    Reader reader = stage.history().read(by, runId, afterSeq);
    ColdStreamRequest request =
        ColdStreamRequest.newBuilder()
            .setRunId(runId)
            .setAfterSeq(afterSeq)
            .setUntilSeq(untilSeq)
            .build();
    List<RawEnvelope> events = new ArrayList<>();
    ColdEnd end = readAll(request, events);
    events.forEach(envelope -> reader.saw(Plays.stored(envelope)));
    stage.tally().add("events read cold", events.size());
    if (end == null) {
      return false;
    }
    long persisted = end.getPersistedSeq();
    reader.complete(untilSeq == 0 ? persisted : Math.min(untilSeq, persisted));
    stage.history().digest(by, runId, persisted, end.getDigest().toByteArray());
    if (end.getState() == RunState.RUN_STATE_CLOSED) {
      stage.history().closed(by, runId, persisted);
    }
    return true;
  }

  /**
   * Reads a fork with all that it inherits.
   *
   * @param isWhole whether DuckDB has all of the fork
   */
  public boolean timeline(String runId, boolean isWhole) {
    ColdStreamRequest request =
        ColdStreamRequest.newBuilder().setRunId(runId).setIncludeInherited(true).build();
    List<RawEnvelope> events = new ArrayList<>();
    if (readAll(request, events) == null) {
      return false;
    }
    List<Timeline.Part> parts =
        events.stream()
            .map(envelope -> new Timeline.Part(envelope.runId(), Plays.stored(envelope)))
            .toList();
    stage.history().timeline(new Timeline(runId, parts, isWhole));
    stage.tally().add("timelines read");
    return true;
  }

  /** Returns what the stream said at its end; null if it did not get there. */
  private @Nullable ColdEnd readAll(ColdStreamRequest request, List<RawEnvelope> events) {
    ColdEnd end = null;
    try (Inflow<RawResponse<ColdStreamResponse>> stream = stage.wire().coldStream(request)) {
      while (!stream.isOver()) {
        RawResponse<ColdStreamResponse> response = stream.next(stage.wire().patienceMs());
        if (response != null) {
          Rule.READER_COMPLETE.require(end == null, "a response came after the end of %s", request);
          events.addAll(response.envelopes());
          end = response.message().hasEnd() ? response.message().getEnd() : null;
        }
      }
      Answer<Boolean> over = stream.end();
      if (over.isOk()) {
        Rule.READER_COMPLETE.require(end != null, "the stream ended without an end: %s", request);
        return end;
      }
      shouldBeForgivable(request.getRunId(), over);
      return null;
    }
  }

  /** A run that nobody opened yet, or that DuckDB lacks, or a broker that is not there. */
  private void shouldBeForgivable(String runId, Answer<?> over) {
    Rule.NO_DEFECT.require(
        over.isUnknown()
            || over.reason().equals("RUN_NOT_FOUND")
            || NOT_NOW.contains(over.reason()),
        "a read of %s ended with %s",
        runId,
        over);
    stage
        .tally()
        .add(
            stage.history().mayBeDeleted(runId)
                ? "cold reads of deleted runs"
                : "cold reads cut off");
  }

  /** Asks what is known of the run. */
  public @Nullable Run get(String runId) {
    GetRunRequest request = GetRunRequest.newBuilder().setRunId(runId).build();
    Answer<Run> answer = stage.wire().get(request, stage.wire().patienceMs());
    Run run = answer.value();
    if (run != null) {
      stage.history().digest(by, runId, run.getHeadSeq(), run.getDigest().toByteArray());
      if (run.getState() == RunState.RUN_STATE_CLOSED) {
        stage.history().closed(by, runId, run.getHeadSeq());
      }
    } else {
      shouldBeForgivable(runId, answer);
    }
    return run;
  }
}
