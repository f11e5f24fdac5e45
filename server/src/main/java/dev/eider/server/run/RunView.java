package dev.eider.server.run;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.eider.v1.Run;
import dev.eider.v1.RunState;

/** Shows a run to clients. */
public final class RunView {
  private RunView() {}

  /** Describes a run of which DuckDB holds the events up to {@code persistedSeq}. */
  public static Run of(FoldedRun run, long persistedSeq) {
    Run.Builder view =
        Run.newBuilder()
            .setRunId(run.runId().value())
            .setState(run.isOpen() ? RunState.RUN_STATE_OPEN : RunState.RUN_STATE_CLOSED)
            .setOutcome(run.outcome())
            .setHeadSeq(run.headSeq())
            .setPersistedSeq(persistedSeq)
            .setLastT(run.lastT())
            .setCreateTime(timestamp(run.createTimeUs()))
            .setRootRunId(run.rootRunId().value())
            .putAllLabels(run.labels())
            .setEventCount(run.headSeq())
            .setCostUsd(run.costUsd())
            .setDigest(ByteString.copyFrom(run.digest()))
            .setInLibrary(run.isInLibrary());
    if (!run.isOpen()) {
      view.setCloseTime(timestamp(run.closeTimeUs()));
    }
    Parent parent = run.parent();
    if (parent != null) {
      view.setParentRunId(parent.runId().value()).setParentT(parent.t()).setParentSeq(parent.seq());
    }
    return view.build();
  }

  /** Converts microseconds since 1970 UTC. */
  public static Timestamp timestamp(long timeUs) {
    return Timestamp.newBuilder()
        .setSeconds(Math.floorDiv(timeUs, 1_000_000L))
        .setNanos((int) Math.floorMod(timeUs, 1_000_000L) * 1_000)
        .build();
  }
}
