package dev.eider.it.sim;

import dev.eider.it.sim.SimDaemon.Call;
import dev.eider.server.base.BrokerException;
import dev.eider.server.event.EncodedEvent;
import dev.eider.server.event.RunId;
import dev.eider.server.run.ProducerStamp;
import dev.eider.server.sequencer.Applied;
import dev.eider.server.sequencer.Command;
import dev.eider.v1.ErrorReason;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Publishes to whatever runs there are: mostly with its place among its own events and repeating
 * what it got no answer to, at times two requests at once, at times just once and without a place,
 * at times as its own successor.
 */
final class Producer {
  private static final int ATTEMPTS_MAX = 60;

  private final World world;
  private final Random random;
  private final Runs runs;
  private final String name;
  private final boolean isStamped;
  private final Map<RunId, Place> places = new HashMap<>();
  private int eventCount;

  Producer(World world, Runs runs, String name, boolean isStamped) {
    this.world = world;
    this.random = world.random();
    this.runs = runs;
    this.name = name;
    this.isStamped = isStamped;
  }

  void produce(int requests) {
    for (int i = 0; i < requests; i++) {
      RunId runId = runs.popular();
      if (random.nextInt(10) == 0) {
        publishOnce(runId);
      } else if (random.nextInt(4) == 0) {
        publishTwo(runId);
      } else {
        boolean unused = publish(next(runId, random.nextInt(25) == 0), 0);
      }
      world.scheduler().sleep(random.nextInt(15));
    }
  }

  private Request next(RunId runId, boolean close) {
    Place place = places.computeIfAbsent(runId, id -> new Place());
    if (random.nextInt(30) == 0) {
      place.epoch++;
      place.nextSeq = 1;
    }
    List<EncodedEvent> events = events();
    ProducerStamp stamp = new ProducerStamp(name, place.epoch, place.nextSeq);
    place.nextSeq += events.size();
    long floor = world.oracle().sending(runId, events);
    return new Request(
        new Command.Publish(runId, events, true, null, isStamped ? stamp : null, close), floor);
  }

  private List<EncodedEvent> events() {
    List<EncodedEvent> events = new ArrayList<>();
    for (int n = random.nextInt(3); n >= 0; n--) {
      events.add(SimEvents.make(name + "-" + eventCount++, random));
    }
    return events;
  }

  /** Repeats a request until it is answered for good; returns whether it was accepted. */
  private boolean publish(Request request, int attemptsSoFar) {
    for (int attempt = attemptsSoFar; attempt < ATTEMPTS_MAX; attempt++) {
      Answer<Applied> answer = send(request).await(3 + random.nextInt(300));
      if (settle(request, answer)) {
        return answer.isOk();
      }
      world.coverage().add("publishes repeated");
      world.scheduler().sleep(1 + random.nextInt(20));
    }
    world.coverage().add("publishes given up");
    startOver(request);
    return false;
  }

  /** Sends two requests in a row, and repeats in order what was not accepted. */
  private void publishTwo(RunId runId) {
    Request first = next(runId, false);
    Request second = next(runId, false);
    Call<Applied> firstCall = send(first);
    Call<Applied> secondCall = send(second);
    Answer<Applied> firstAnswer = firstCall.await(100);
    Answer<Applied> secondAnswer = secondCall.await(100);
    boolean isFirstDone = settle(first, firstAnswer) || publish(first, 1);
    boolean isSecondDone = settle(second, secondAnswer);
    if (isFirstDone && !isSecondDone) {
      boolean unused = publish(second, 1);
    }
  }

  /** Sends a request without a place; nobody knows what became of it when no answer comes. */
  private void publishOnce(RunId runId) {
    List<EncodedEvent> events = events();
    long floor = world.oracle().sending(runId, events);
    Long expected = random.nextBoolean() ? floor : null;
    Request request =
        new Request(new Command.Publish(runId, events, true, expected, null, false), floor);
    Answer<Applied> answer = send(request).await(random.nextInt(300));
    boolean isSettled = settle(request, answer);
    BrokerException refusal = answer.refusal();
    if (!isSettled
        && refusal != null
        && refusal.reason() != ErrorReason.ERROR_REASON_STORAGE_UNAVAILABLE) {
      world.oracle().refused(events, refusal);
    }
  }

  private Call<Applied> send(Request request) {
    return world.daemon().send(broker -> broker.writer().execute(request.command));
  }

  /** Returns false when the request is to be sent again. */
  private boolean settle(Request request, Answer<Applied> answer) {
    Command.Publish command = request.command;
    Applied applied = answer.value();
    if (applied != null) {
      accept(command, applied, request.floor);
      return true;
    }
    if (answer.isUnknown() || answer.isWorthARetry()) {
      world.coverage().add(answer.isUnknown() ? "publishes without answer" : "publishes put off");
      return false;
    }
    BrokerException refusal = refusalOf(answer);
    ErrorReason reason = refusal.reason();
    world.coverage().add("publishes refused: " + reason);
    switch (reason) {
      case ERROR_REASON_RUN_CLOSED -> {
        world.oracle().refused(command.events(), refusal);
        startOver(request);
        runs.closed(command.runId());
      }
      case ERROR_REASON_RUN_NOT_FOUND -> {
        // It may have been stored before, with the run.
        Rule.NO_DEFECT.require(world.oracle().mayBeDeleted(command.runId()), "%s", refusal);
        startOver(request);
        runs.closed(command.runId());
      }
      case ERROR_REASON_SEQ_MISMATCH -> world.oracle().refused(command.events(), refusal);
      case ERROR_REASON_PRODUCER_FENCED -> startOver(request);
      case ERROR_REASON_PRODUCER_GAP -> {
        return false;
      }
      default -> throw new AssertionError("NO_DEFECT: a publish was refused: " + reason);
    }
    return true;
  }

  private static BrokerException refusalOf(Answer<Applied> answer) {
    BrokerException refusal = answer.refusal();
    if (refusal == null) {
      throw new IllegalStateException("not refused");
    }
    return refusal;
  }

  private void accept(Command.Publish command, Applied applied, long floor) {
    world.coverage().add(applied.duplicate() ? "publishes found repeated" : "publishes accepted");
    world.oracle().acked(command.runId(), command.events(), applied.firstSeq(), floor);
    if (command.close()) {
      world.oracle().ackedClose(command.runId(), applied.lastSeq());
      runs.closed(command.runId());
    }
  }

  /** What is open stays open: the next events go by a new epoch. */
  private void startOver(Request request) {
    Place place = places.get(request.command.runId());
    if (place != null) {
      place.epoch++;
      place.nextSeq = 1;
    }
  }

  private static final class Place {
    private long epoch;
    private long nextSeq = 1;
  }

  private record Request(Command.Publish command, long floor) {}
}
