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
import dev.eider.v1.EventEnvelope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a fork with what it inherits from the store, whether its ancestors are there or not. */
final class TimelineReader implements SimSink.SimReader<ColdStreamResponse> {
  private final World world;
  private final RunId runId;
  private final List<SequencedEvent> read = new ArrayList<>();
  private boolean isEnded;

  TimelineReader(World world, RunId runId) {
    this.world = world;
    this.runId = runId;
  }

  /** Reads once, and checks what came if the read came to its end. */
  void read() {
    Span life = world.daemon().life();
    SimSink<ColdStreamResponse> sink = new SimSink<>(world.scheduler(), 3, this);
    @Nullable ColdRead[] started = new ColdRead[1];
    world.daemon().onTheDaemon(running -> started[0] = start(running, sink));
    while (!life.isOver() && world.daemon().broker() != null && sink.take(20)) {
      ColdRead going = started[0];
      if (going != null) {
        world.daemon().onTheDaemon(running -> going.wake());
      }
    }
    BrokerException refusal = sink.refusal();
    Rule.INHERITS.require(
        refusal == null
            || refusal.reason() != ErrorReason.ERROR_REASON_RUN_NOT_FOUND
            || world.oracle().mayBeDeleted(runId)
            || world.daemon().store().content().run(runId) == null,
        "the timeline of run %s cannot be read: %s",
        runId,
        refusal);
    Rule.NO_DEFECT.require(
        refusal == null || refusal.reason() != ErrorReason.ERROR_REASON_INTERNAL,
        "the timeline of run %s: %s",
        runId,
        refusal);
    // Nothing comes as long as the store lacks the fork itself.
    if (isEnded && sink.isComplete() && !read.isEmpty()) {
      world.coverage().add("timelines read");
      requireInherited();
    }
  }

  private ColdRead start(Broker running, SimSink<ColdStreamResponse> sink) {
    ReadStart whole = new ReadStart(runId, 0, true, null);
    ColdRead going =
        new ColdRead(
            new ColdRead.Request(whole, Long.MAX_VALUE, EventMatcher.ALL), sink, running.readers());
    try {
      going.start();
    } catch (BrokerException refusal) {
      sink.fail(refusal);
    }
    return going;
  }

  /** The parts are each a run's first events, and each run is the parent of the next. */
  private void requireInherited() {
    String at = "";
    long seq = 0;
    for (SequencedEvent event : read) {
      EventEnvelope envelope = event.parse();
      if (!envelope.getRunId().equals(at)) {
        RunId before = world.oracle().parent(new RunId(envelope.getRunId()));
        Rule.INHERITS.require(
            at.isEmpty() || (before != null && before.value().equals(at)),
            "in the timeline of run %s, %s follows %s",
            runId,
            envelope.getRunId(),
            at);
        at = envelope.getRunId();
        seq = 0;
      }
      seq++;
      Rule.INHERITS.require(
          envelope.getSeq() == seq,
          "in the timeline of run %s, %s has %d where %d comes next",
          runId,
          at,
          envelope.getSeq(),
          seq);
      SequencedEvent known = world.oracle().at(new RunId(at), seq);
      Rule.ONE_HISTORY.require(
          known == null || Arrays.equals(known.envelope(), event.envelope()),
          "in the timeline of run %s, %s %d is another event",
          runId,
          at,
          seq);
    }
    Rule.INHERITS.require(
        at.equals(runId.value()), "the timeline of run %s ends with %s", runId, at);
  }

  @Override
  public void sent(List<SequencedEvent> events) {
    read.addAll(events);
  }

  @Override
  public void taken(List<SequencedEvent> events) {
    // What was sent is what counts.
  }

  @Override
  public void told(ColdStreamResponse notice) {
    isEnded = true;
  }
}
