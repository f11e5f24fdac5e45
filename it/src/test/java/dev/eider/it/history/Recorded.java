package dev.eider.it.history;

import dev.eider.it.ColdRead;
import dev.eider.it.RunReader;
import dev.eider.it.StreamChecker;
import dev.eider.v1.ColdStreamRequest;
import dev.eider.v1.ColdStreamResponse.ColdEnd;
import dev.eider.v1.GetRunRequest;
import dev.eider.v1.Run;
import dev.eider.v1.RunServiceGrpc.RunServiceBlockingStub;
import dev.eider.v1.RunState;
import dev.eider.v1.SubscribeResponse;
import dev.eider.v1.SubscribeResponse.RunClosed;
import io.grpc.Channel;

/** Reads that are written down, by the name of who reads. Thread-safe. */
record Recorded(History history, String by) {

  /** Subscribes after what the checker has seen. */
  RunReader subscribe(Channel channel, String runId, StreamChecker checker) {
    Reader reader = history.read(by, runId, checker.lastSeq());
    return RunReader.open(
        channel,
        RunReader.request(runId, checker.lastSeq()),
        checker,
        envelope -> reader.saw(Plays.stored(envelope)),
        notice -> take(runId, reader, notice));
  }

  private void take(String runId, Reader reader, SubscribeResponse notice) {
    if (notice.hasCaughtUp()) {
      reader.caughtUp(notice.getCaughtUp().getHeadSeq());
    } else if (notice.hasRunClosed()) {
      RunClosed closed = notice.getRunClosed();
      reader.caughtUp(closed.getFinalSeq());
      history.closed(by, runId, closed.getFinalSeq());
      history.digest(by, runId, closed.getFinalSeq(), closed.getDigest().toByteArray());
    }
  }

  /** Reads what DuckDB has after a seq; blocks. Events count as seen once all have come. */
  ColdRead cold(Channel channel, String runId, long afterSeq, long untilSeq) {
    Reader reader = history.read(by, runId, afterSeq);
    ColdStreamRequest request =
        ColdStreamRequest.newBuilder()
            .setRunId(runId)
            .setAfterSeq(afterSeq)
            .setUntilSeq(untilSeq)
            .build();
    ColdRead cold = ColdRead.of(channel, request);
    cold.events().forEach(envelope -> reader.saw(Plays.stored(envelope)));
    ColdEnd end = cold.end();
    long persisted = end.getPersistedSeq();
    reader.complete(untilSeq == 0 ? persisted : Math.min(untilSeq, persisted));
    history.digest(by, runId, persisted, end.getDigest().toByteArray());
    if (end.getState() == RunState.RUN_STATE_CLOSED) {
      history.closed(by, runId, persisted);
    }
    return cold;
  }

  /** Asks what is known of the run; blocks. */
  Run get(RunServiceBlockingStub runs, String runId) {
    Run run = runs.getRun(GetRunRequest.newBuilder().setRunId(runId).build()).getRun();
    history.digest(by, runId, run.getHeadSeq(), run.getDigest().toByteArray());
    if (run.getState() == RunState.RUN_STATE_CLOSED) {
      history.closed(by, runId, run.getHeadSeq());
    }
    return run;
  }
}
