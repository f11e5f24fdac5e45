package dev.eider.it.sim;

import com.google.protobuf.ByteString;
import dev.eider.it.sim.Scheduler.Span;
import dev.eider.server.Broker;
import dev.eider.server.base.BrokerException;
import dev.eider.server.base.ResponseStream;
import dev.eider.server.event.LogSelection;
import dev.eider.server.event.RunId;
import dev.eider.server.event.SequencedEvent;
import dev.eider.server.read.EncodedResponse;
import dev.eider.server.read.LogSubscription;
import dev.eider.server.read.LogSubscriptionRequest;
import dev.eider.server.read.history.ResumeToken;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.SubscribeAllResponse;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A mirror: a subscriber to all runs that keeps what it takes together with the token, and resumes
 * with that through crashes. At times it looks again at what comes after an older token.
 */
final class Mirror {
  private static final int PAUSE_MS_MAX = 40;

  private final World world;
  private final Random random;
  private final LogSelection selection;
  private final List<String> kept = new ArrayList<>();
  private final List<Saved> saved = new ArrayList<>();

  Mirror(World world, LogSelection selection) {
    this.world = world;
    this.random = world.random();
    this.selection = selection;
    saved.add(new Saved(ByteString.EMPTY, 0));
  }

  /** A token and the place in the order of all events after which it stands. */
  private record Saved(ByteString token, int place) {}

  /** Follows for a while, in several streams. */
  void follow(int streams) {
    for (int i = 0; i < streams; i++) {
      if (random.nextInt(4) == 0) {
        boolean unused = read(saved.get(random.nextInt(saved.size())), 30, false);
      } else {
        boolean unused = read(newest(), random.nextInt(40), false);
      }
      world.scheduler().sleep(random.nextInt(60));
    }
  }

  /** Takes what is missing and compares all with the order of the log. */
  void finish() {
    for (int attempts = 0; !read(newest(), Long.MAX_VALUE, true); attempts++) {
      Rule.LIVENESS.require(attempts < 100, "a mirror does not get to the end of the log");
    }
    List<String> order = lasting(world.oracle().logOrder(world.daemon().store(), selection));
    List<String> mirrored = lasting(kept);
    Rule.LOG_ORDER.require(
        mirrored.equals(order),
        "a mirror of %s has %s, the log has %s",
        selection,
        mirrored,
        order);
    Rule.LIVENESS.require(
        read(saved.get(random.nextInt(saved.size())), Long.MAX_VALUE, true),
        "a stream after an older token does not get to the end of the log");
    world.coverage().add("mirrors that have it all");
    world.coverage().add("events mirrored", kept.size());
  }

  /** Those of runs that were not deleted: a mirror may have seen the others, all or some. */
  private List<String> lasting(List<String> names) {
    return names.stream().filter(name -> !world.oracle().mayBeDeleted(runOf(name))).toList();
  }

  private static RunId runOf(String name) {
    return new RunId(name.substring(0, name.indexOf(' ')));
  }

  private Saved newest() {
    return saved.get(saved.size() - 1);
  }

  /**
   * Reads for so many responses, until the daemon's life ends or, if told so, until the end.
   *
   * @return whether the end was reached
   */
  private boolean read(Saved from, long patience, boolean toTheEnd) {
    Broker broker = world.daemon().broker();
    if (broker == null) {
      world.scheduler().sleep(1 + random.nextInt(30));
      return false;
    }
    Span life = world.daemon().life();
    Stream stream = new Stream(from, from.equals(newest()));
    world.daemon().onTheDaemon(stream::start);
    long left = patience;
    while (!life.isOver() && left-- > 0) {
      boolean goesOn = stream.pipe.take(20);
      stream.wakeAtTimes();
      if (!goesOn) {
        refused(stream);
        return false;
      }
      if (toTheEnd && stream.isCaughtUp) {
        break;
      }
      if (random.nextInt(8) == 0) {
        world.scheduler().sleep(random.nextInt(PAUSE_MS_MAX));
      }
    }
    world.coverage().add(life.isOver() ? "mirrors cut off" : "mirrors that paused");
    stream.leave();
    return stream.isCaughtUp;
  }

  private void refused(Stream stream) {
    BrokerException refusal = stream.pipe.refusal();
    Rule.NO_DEFECT.require(refusal != null, "a stream of all runs ended by itself");
    ErrorReason reason = refusal.reason();
    // Nothing that was shown is ever lost here.
    Rule.SEEN_SURVIVES.require(
        reason != ErrorReason.ERROR_REASON_INVALID_RESUME_TOKEN, "a token is refused: %s", refusal);
    // The latter two when a read fails while the daemon stops, and where there are too many.
    Rule.NO_DEFECT.require(
        reason == ErrorReason.ERROR_REASON_SHUTTING_DOWN
            || reason == ErrorReason.ERROR_REASON_STORAGE_UNAVAILABLE
            || reason == ErrorReason.ERROR_REASON_OVERLOADED,
        "a stream of all runs ended: %s",
        refusal);
    world.scheduler().sleep(1 + random.nextInt(50));
  }

  /** One stream; the daemon may go on sending on it for a while after the mirror has left it. */
  private final class Stream implements ResponseStream<EncodedResponse<SubscribeAllResponse>> {
    private final SimPipe pipe = new SimPipe(world.scheduler(), 1 + random.nextInt(4));
    private final Saved from;
    private final boolean isKept;
    private final Deque<Integer> places = new ArrayDeque<>();
    private int place;
    private boolean isCaughtUp;
    private boolean isLeft;
    private @Nullable LogSubscription subscription;

    /**
     * @param isKept whether what comes is new to the mirror
     */
    Stream(Saved from, boolean isKept) {
      this.from = from;
      this.isKept = isKept;
      place = from.place;
    }

    void start(Broker running) {
      LogSubscriptionRequest request =
          new LogSubscriptionRequest(
              ResumeToken.parse(from.token.toByteArray()), selection, 1 + random.nextInt(20), true);
      try {
        LogSubscription started = new LogSubscription(request, this, running.readers());
        subscription = started;
        started.start();
        if (isLeft) {
          started.cancel();
        }
      } catch (BrokerException refusal) {
        fail(refusal);
      }
    }

    void wakeAtTimes() {
      LogSubscription started = subscription;
      if (started != null && random.nextInt(3) > 0) {
        world.daemon().onTheDaemon(running -> started.wake());
      }
    }

    void leave() {
      isLeft = true;
      LogSubscription started = subscription;
      if (started != null) {
        world.daemon().onTheDaemon(running -> started.cancel());
      }
    }

    @Override
    public boolean isReady() {
      return pipe.isReady();
    }

    @Override
    public void next(EncodedResponse<SubscribeAllResponse> response) {
      if (response instanceof EncodedResponse.TokenedEvents<SubscribeAllResponse> batch) {
        List<SequencedEvent> events = batch.events().events();
        pipe.send(
            () -> sent(events), () -> taken(events, ByteString.copyFrom(batch.resumeToken())));
      } else if (response instanceof EncodedResponse.Plain<SubscribeAllResponse> notice) {
        notice(notice.message());
      } else {
        throw new AssertionError("events without a token: " + response);
      }
    }

    private void notice(SubscribeAllResponse notice) {
      pipe.send(
          () -> {
            world.coverage().add("all runs: " + notice.getResponseCase());
            sent(List.of());
          },
          () -> {
            isCaughtUp |= notice.hasCaughtUp();
            taken(List.of(), notice.getResumeToken());
          });
    }

    @Override
    public void end() {
      pipe.complete();
    }

    @Override
    public void fail(BrokerException reason) {
      pipe.fail(reason);
    }

    private void sent(List<SequencedEvent> events) {
      for (SequencedEvent event : events) {
        RunId runId = new RunId(event.parse().getRunId());
        world.oracle().seen(runId, event);
        Rule.CONTIGUOUS.require(
            selection.matcher().matches(event), "%s %d was not asked for", runId, event.seq());
        if (selection.equals(LogSelection.ALL)) {
          place = world.oracle().seenInOrder(place, runId, name(runId, event));
        }
      }
      places.add(place);
    }

    /** Keeps events and token in one step, as a transaction does. */
    private void taken(List<SequencedEvent> events, ByteString token) {
      int after = places.remove();
      if (!isKept || isLeft) {
        return;
      }
      events.forEach(event -> kept.add(name(new RunId(event.parse().getRunId()), event)));
      saved.add(new Saved(token, after));
    }
  }

  private static String name(RunId runId, SequencedEvent event) {
    return runId + " " + event.seq();
  }
}
