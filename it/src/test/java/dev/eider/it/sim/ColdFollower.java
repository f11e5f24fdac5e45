package dev.eider.it.sim;

import dev.eider.it.sim.Scheduler.Span;
import dev.eider.server.Broker;
import dev.eider.server.base.BrokerException;
import dev.eider.server.event.EventMatcher;
import dev.eider.server.event.RunId;
import dev.eider.server.event.SequencedEvent;
import dev.eider.server.read.ColdRead;
import dev.eider.server.read.history.ReadStart;
import dev.eider.v1.ColdStreamResponse;
import dev.eider.v1.ErrorReason;
import java.util.Arrays;
import java.util.List;

/** Reads what the store has of a run. */
final class ColdFollower implements SimSink.SimReader<ColdStreamResponse> {
  private final World world;
  private final RunId runId;
  private long sentSeq;
  private boolean isEnded;
  private boolean isGone;

  ColdFollower(World world, RunId runId) {
    this.world = world;
    this.runId = runId;
  }

  /** Reads once; returns whether the read came to its end. */
  boolean read() {
    sentSeq = 0;
    isEnded = false;
    isGone = world.oracle().isDeleted(runId);
    Span life = world.daemon().life();
    SimSink<ColdStreamResponse> sink =
        new SimSink<>(world.scheduler(), 1 + world.random().nextInt(3), this);
    ColdRead[] started = new ColdRead[1];
    world.daemon().onTheDaemon(running -> started[0] = start(running, sink));
    while (!life.isOver() && world.daemon().broker() != null && sink.take(20)) {
      ColdRead read = started[0];
      if (read != null) {
        world.daemon().onTheDaemon(running -> read.wake());
      }
    }
    BrokerException refusal = sink.refusal();
    Rule.NO_DEFECT.require(
        refusal == null
            || refusal.reason() == ErrorReason.ERROR_REASON_RUN_NOT_FOUND
            || refusal.reason() == ErrorReason.ERROR_REASON_SHUTTING_DOWN
            || refusal.reason() == ErrorReason.ERROR_REASON_OVERLOADED
            || refusal.reason() == ErrorReason.ERROR_REASON_STORAGE_UNAVAILABLE,
        "a cold read of run %s ended: %s",
        runId,
        refusal);
    if (refusal != null
        && refusal.reason() == ErrorReason.ERROR_REASON_RUN_NOT_FOUND
        && world.oracle().mayBeDeleted(runId)) {
      world.coverage().add("cold reads of deleted runs");
      return true;
    }
    return isEnded && sink.isComplete();
  }

  private ColdRead start(Broker running, SimSink<ColdStreamResponse> sink) {
    ColdRead read =
        new ColdRead(
            new ColdRead.Request(ReadStart.after(runId, 0), Long.MAX_VALUE, EventMatcher.ALL),
            sink,
            running.readers());
    try {
      read.start();
    } catch (BrokerException refusal) {
      sink.fail(refusal);
    }
    return read;
  }

  @Override
  public void sent(List<SequencedEvent> events) {
    for (SequencedEvent event : events) {
      Rule.CONTIGUOUS.require(
          event.seq() == sentSeq + 1,
          "run %s: a cold reader got %d after %d",
          runId,
          event.seq(),
          sentSeq);
      sentSeq = event.seq();
      world.oracle().seen(runId, event);
    }
    world.coverage().add("events read cold", events.size());
  }

  @Override
  public void taken(List<SequencedEvent> events) {
    // What was sent is what counts.
  }

  @Override
  public void told(ColdStreamResponse notice) {
    Rule.DELETED_STAYS_GONE.require(!isGone, "run %s is read after it was deleted", runId);
    isEnded = true;
    long head = notice.getEnd().getPersistedSeq();
    Rule.CONTIGUOUS.require(
        sentSeq == head, "run %s: a cold read of %d events ends at %d", runId, sentSeq, head);
    byte[] digest = world.oracle().digest(runId, head);
    Rule.DIGEST.require(
        digest == null || Arrays.equals(digest, notice.getEnd().getDigest().toByteArray()),
        "run %s, cold, head %d",
        runId,
        head);
  }
}
