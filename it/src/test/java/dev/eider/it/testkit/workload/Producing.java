package dev.eider.it.testkit.workload;

import dev.eider.it.testkit.Request;
import dev.eider.it.testkit.Request.Outcome;
import dev.eider.it.testkit.Rule;
import dev.eider.v1.Event;
import dev.eider.v1.Producer;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.PublishResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Makes a player's events, numbers them as its producer does, and sends rows of requests without
 * waiting for answers, those that were not answered again in the same order. Owned by one client.
 */
final class Producing {
  private static final int ROW_MAX = 20;
  private static final int GAPS_MAX = 30;

  /**
   * A request that is being made.
   *
   * @param ids what its events are called
   * @param turns those of its events that can be forked
   */
  record Draft(PublishRequest.Builder request, List<String> ids, List<TurnStart> turns) {}

  /** The producer's place in one run. */
  private static final class Numbers {
    private long epoch;
    private long next = 1;
  }

  private record Sent(PublishRequest publish, Draft draft, Request request) {
    boolean isOpen() {
      return request.outcome() == Outcome.UNKNOWN;
    }
  }

  private final String name;
  private final Stage stage;
  private final Random random;
  private final Map<String, Numbers> numbersByRun = new HashMap<>();
  private int eventsMade;

  Producing(String name, Stage stage, Random random) {
    this.name = name;
    this.stage = stage;
    this.random = random;
  }

  /** Makes a request of a few events, at times of many. */
  Draft draft(String runId) {
    int count = random.nextInt(20) == 0 ? 1 + random.nextInt(30) : 1 + random.nextInt(4);
    return draft(runId, count);
  }

  private Draft draft(String runId, int count) {
    PublishRequest.Builder request = PublishRequest.newBuilder().setRunId(runId);
    List<String> ids = new ArrayList<>();
    List<TurnStart> turns = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String id = name + "-" + ++eventsMade;
      ids.add(id);
      request.addEvents(random.nextInt(20) == 0 ? turnStart(runId, id, turns) : event(id));
    }
    return new Draft(request, ids, turns);
  }

  private Event event(String id) {
    return Plays.event(name, id, stage.habits().textCharsMax());
  }

  private Event turnStart(String runId, String id, List<TurnStart> turns) {
    TurnStart turn = new TurnStart(runId, id, name, stage.book().nextT(), eventsMade);
    turns.add(turn);
    return Plays.turnStart(turn);
  }

  /**
   * Gives the request its place among the producer's events.
   *
   * @param ahead how many events are sent before it and not acknowledged yet
   */
  void stamp(Draft draft, int ahead) {
    Numbers numbers = numbers(draft.request().getRunId());
    draft
        .request()
        .setProducer(
            Producer.newBuilder().setId(name).setEpoch(numbers.epoch).setSeq(numbers.next + ahead));
  }

  private Numbers numbers(String runId) {
    return numbersByRun.computeIfAbsent(runId, run -> new Numbers());
  }

  /** Leaves what is open as it is: the next events go by a new epoch. */
  void startOver(String runId) {
    Numbers numbers = numbers(runId);
    numbers.epoch++;
    numbers.next = 1;
  }

  void acked(Draft draft, PublishRequest publish, Request sent, PublishResponse response) {
    sent.acked(response.getFirstSeq());
    int count = publish.getEventsCount();
    Rule.ALL_OR_NONE.require(
        response.getLastSeq() - response.getFirstSeq() + 1 == count,
        "%d events were answered with %s",
        count,
        response);
    String runId = publish.getRunId();
    stage.tally().add(Tally.ACKED);
    stage.tally().add(Tally.EVENTS, count);
    stage.tally().add(Tally.REPEATED, response.getDuplicate() ? 1 : 0);
    stage.book().heard(runId, response.getLastSeq());
    draft.turns().forEach(stage.book()::mayFork);
    numbers(runId).next += publish.hasProducer() ? count : 0;
    if (publish.getCloseRun()) {
      stage.history().closed("the closing publish", runId, response.getLastSeq());
      stage.tally().add("runs closed");
      stage.book().retire(runId);
    }
  }

  /** Blocks until every request of a row is answered; returns the refusal that ended it, if any. */
  String sendRow(String runId, Attempts attempts) {
    List<Sent> open = row(runId);
    int gaps = 0;
    for (int tries = 0; tries < stage.triesMax() && gaps <= GAPS_MAX; tries++) {
      if (tries > 0) {
        attempts.rest();
      }
      String refusal = sendOnce(open, attempts.deadlineMs());
      open = open.stream().filter(Sent::isOpen).toList();
      if (open.isEmpty()) {
        return refusal;
      }
      switch (refusal) {
        case "", "RUN_CLOSED" -> {}
        case "OVERLOADED", "STORAGE_FULL" -> {
          stage.tally().add(Tally.PUT_OFF);
          stage.tally().add(refusal);
        }
        case "PRODUCER_GAP" -> gaps++; // those before it may be on their way
        default -> {
          startOver(runId);
          return refusal;
        }
      }
    }
    startOver(runId);
    return gaps > GAPS_MAX ? "PRODUCER_GAP" : "";
  }

  private List<Sent> row(String runId) {
    List<Sent> row = new ArrayList<>();
    int ahead = 0;
    for (int i = 2 + random.nextInt(ROW_MAX); i > 0; i--) {
      Draft draft = draft(runId, 1 + random.nextInt(3));
      draft.request().setOpenIfMissing(true);
      stamp(draft, ahead);
      ahead += draft.ids().size();
      Request request = stage.history().send(runId, draft.ids());
      if (!row.isEmpty()) {
        request.after(row.get(row.size() - 1).request());
      }
      row.add(new Sent(draft.request().build(), draft, request));
    }
    return row;
  }

  /** Returns the reason of the first refusal, if any. */
  private String sendOnce(List<Sent> row, long deadlineMs) {
    List<Answer<PublishResponse>> answers =
        stage.wire().publishRow(row.stream().map(Sent::publish).toList(), deadlineMs);
    String refusal = "";
    for (int i = 0; i < answers.size(); i++) {
      PublishResponse response = answers.get(i).value();
      if (response != null) {
        acked(row.get(i).draft(), row.get(i).publish(), row.get(i).request(), response);
      } else {
        refusal = refusal.isEmpty() ? answers.get(i).reason() : refusal;
        if (answers.get(i).reason().equals("RUN_CLOSED")) {
          row.get(i).request().refused("RUN_CLOSED");
        }
      }
    }
    return refusal;
  }
}
