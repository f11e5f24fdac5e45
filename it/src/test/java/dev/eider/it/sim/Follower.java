package dev.eider.it.sim;

import dev.eider.it.sim.Scheduler.Span;
import dev.eider.server.Broker;
import dev.eider.server.base.BrokerException;
import dev.eider.server.event.EventMatcher;
import dev.eider.server.event.RunId;
import dev.eider.server.event.SequencedEvent;
import dev.eider.server.read.Subscription;
import dev.eider.server.read.SubscriptionRequest;
import dev.eider.server.read.history.ReadStart;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.SubscribeResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A subscriber: follows a run to its end through crashes, slowly at times, resuming after what it
 * has taken.
 */
final class Follower {
  private static final int PAUSE_MS_MAX = 40;

  private final World world;
  private final Random random;
  private final RunId runId;
  private final EventMatcher matcher;
  private final boolean mayGiveUp;
  private final List<Long> takenSeqs = new ArrayList<>();
  private long takenSeq;
  private boolean isClosed;

  Follower(World world, RunId runId, EventMatcher matcher, boolean mayGiveUp) {
    this.world = world;
    this.random = world.random();
    this.runId = runId;
    this.matcher = matcher;
    this.mayGiveUp = mayGiveUp;
  }

  /** Follows the run until it is closed, or the reader has had enough. */
  void follow() {
    while (!isClosed) {
      Broker broker = world.daemon().broker();
      if (broker == null) {
        world.scheduler().sleep(1 + random.nextInt(30));
      } else if (!read(broker) || (mayGiveUp && random.nextInt(6) == 0)) {
        break;
      }
    }
    requireAllThatMatch();
  }

  /** Reads until the stream ends; returns false when there is no more to expect. */
  private boolean read(Broker broker) {
    Span life = world.daemon().life();
    Stream stream = new Stream();
    SimSink<SubscribeResponse> sink =
        new SimSink<>(world.scheduler(), 1 + random.nextInt(4), stream);
    SubscriptionRequest request =
        new SubscriptionRequest(
            ReadStart.after(runId, takenSeq), matcher, true, 1 + random.nextInt(20), true);
    @Nullable Subscription[] started = new Subscription[1];
    world
        .daemon()
        .onTheDaemon(
            running -> {
              Subscription subscription = subscribe(running, request, sink);
              started[0] = subscription;
              if (stream.isLeft && subscription != null) {
                subscription.cancel();
              }
            });
    long patience = mayGiveUp ? random.nextInt(60) : Long.MAX_VALUE;
    while (!life.isOver() && patience-- > 0) {
      boolean goesOn = sink.take(20);
      Subscription subscription = started[0];
      if (subscription != null && random.nextInt(3) > 0) {
        world.daemon().onTheDaemon(running -> subscription.wake());
      }
      if (!goesOn) {
        return ended(sink);
      }
      if (random.nextInt(8) == 0) {
        world.scheduler().sleep(random.nextInt(PAUSE_MS_MAX));
      }
    }
    world.coverage().add(life.isOver() ? "streams cut" : "streams cancelled");
    stream.isLeft = true;
    Subscription subscription = started[0];
    if (subscription != null && !life.isOver()) {
      world.daemon().onTheDaemon(running -> subscription.cancel());
    }
    return !mayGiveUp || random.nextBoolean();
  }

  private static @Nullable Subscription subscribe(
      Broker broker, SubscriptionRequest request, SimSink<SubscribeResponse> sink) {
    Subscription subscription = new Subscription(request, sink, broker.readers());
    try {
      subscription.start();
      return subscription;
    } catch (BrokerException refusal) {
      sink.fail(refusal);
      return null;
    }
  }

  private boolean ended(SimSink<SubscribeResponse> sink) {
    BrokerException refusal = sink.refusal();
    if (refusal == null) {
      Rule.CONTIGUOUS.require(isClosed, "run %s: a stream ended before the run did", runId);
      return false;
    }
    ErrorReason reason = refusal.reason();
    if (reason == ErrorReason.ERROR_REASON_RUN_NOT_FOUND && world.oracle().mayBeDeleted(runId)) {
      world.coverage().add("streams ended by a deletion");
      return false;
    }
    Rule.NO_DEFECT.require(
        reason == ErrorReason.ERROR_REASON_SHUTTING_DOWN
            || reason == ErrorReason.ERROR_REASON_STORAGE_UNAVAILABLE
            || reason == ErrorReason.ERROR_REASON_OVERLOADED,
        "a stream of run %s ended: %s",
        runId,
        refusal);
    world.scheduler().sleep(1 + random.nextInt(50));
    return true;
  }

  private void requireAllThatMatch() {
    if (!matcher.matchesAll()) {
      world.coverage().add("filtered reads");
      List<Long> expected = world.oracle().matching(runId, 0, takenSeq, matcher);
      Rule.CONTIGUOUS.require(
          takenSeqs.containsAll(expected),
          "run %s: a filtered reader got %s, known to match are %s",
          runId,
          takenSeqs,
          expected);
    }
  }

  /** One stream; the daemon may go on sending on it for a while after the reader has left it. */
  private final class Stream implements SimSink.SimReader<SubscribeResponse> {
    private final long floorSeq = world.oracle().ackedSeq(runId);
    private final boolean isGone = world.oracle().isDeleted(runId);
    private long sentSeq = takenSeq;
    private boolean isLeft;

    @Override
    public void sent(List<SequencedEvent> events) {
      Rule.DELETED_STAYS_GONE.require(!isGone, "run %s is read after it was deleted", runId);
      for (SequencedEvent event : events) {
        boolean follows = matcher.matchesAll() ? event.seq() == sentSeq + 1 : event.seq() > sentSeq;
        Rule.CONTIGUOUS.require(
            follows, "run %s: a reader got %d after %d", runId, event.seq(), sentSeq);
        Rule.CONTIGUOUS.require(
            matcher.matches(event), "run %s: seq %d is not what was asked for", runId, event.seq());
        sentSeq = event.seq();
        world.oracle().seen(runId, event);
      }
      world.coverage().add("events delivered", events.size());
    }

    @Override
    public void taken(List<SequencedEvent> events) {
      for (SequencedEvent event : events) {
        takenSeqs.add(event.seq());
        takenSeq = event.seq();
      }
    }

    @Override
    public void told(SubscribeResponse notice) {
      world.coverage().add("notices: " + notice.getResponseCase());
      switch (notice.getResponseCase()) {
        case CAUGHT_UP -> requireReached(notice.getCaughtUp().getHeadSeq());
        case RUN_CLOSED -> {
          long head = notice.getRunClosed().getFinalSeq();
          requireReached(head);
          byte[] digest = world.oracle().digest(runId, head);
          Rule.DIGEST.require(
              digest == null
                  || Arrays.equals(digest, notice.getRunClosed().getDigest().toByteArray()),
              "run %s, head %d",
              runId,
              head);
          isClosed = true;
        }
        default -> {}
      }
    }

    private void requireReached(long headSeq) {
      Rule.READS_OWN_ACK.require(
          headSeq >= floorSeq,
          "run %s: head %d is told to a reader that began after %d was acknowledged",
          runId,
          headSeq,
          floorSeq);
      Rule.CONTIGUOUS.require(
          !matcher.matchesAll() || sentSeq == headSeq,
          "run %s: head %d is told to a reader that got %d",
          runId,
          headSeq,
          sentSeq);
    }
  }
}
