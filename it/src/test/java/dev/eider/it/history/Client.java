package dev.eider.it.history;

import dev.eider.it.history.Attempts.Answer;
import dev.eider.v1.CloseRunRequest;
import dev.eider.v1.Event;
import dev.eider.v1.OpenRunRequest;
import dev.eider.v1.Producer;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.PublishResponse;
import dev.eider.v1.Run;
import io.grpc.Channel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;

/**
 * Plays the runs of a {@link RunBook} in every way the contract allows, and writes down what it
 * sent and was told. Most requests carry a producer and are repeated until they are answered; those
 * without are sent once. Some are given up halfway, as by a client that dies; its successor has a
 * higher epoch. Runs on a thread of its own; {@link #stop} may be called from any.
 */
final class Client implements Callable<Void> {
  private static final int PATIENT = 10_000;

  /** What says, whenever it is said, that the request is not stored and never will be. */
  private static final Set<String> FOR_GOOD = Set.of("RUN_CLOSED", "SEQ_MISMATCH");

  /** Where this client's numbers are in one run. */
  private static final class Numbers {
    private long epoch;
    private long next = 1;
  }

  private final String name;
  private final History history;
  private final RunBook book;
  private final Tally tally;
  private final Random random;
  private final Attempts attempts;
  private final Forking forking;
  private final Pipelining pipelining;
  private final Map<String, Numbers> numbersByRun = new HashMap<>();
  private volatile boolean stopped;
  private int eventsMade;

  Client(String name, Channel channel, History history, RunBook book, Tally tally, long seed) {
    this.name = name;
    this.history = history;
    this.book = book;
    this.tally = tally;
    this.random = new Random(seed);
    this.attempts = new Attempts(channel, random, tally);
    this.forking = new Forking(attempts, history, book, tally, random);
    this.pipelining = new Pipelining(name + "p", channel, history, book, tally, random);
  }

  @Override
  public Void call() {
    while (!stopped) {
      String runId = book.pick(random);
      switch (random.nextInt(100)) {
        case 0 -> close(runId);
        case 1, 2 -> forking.forkSome();
        case 3, 4, 5 -> pipelining.sendRow(runId);
        default -> publish(runId);
      }
    }
    return null;
  }

  private void publish(String runId) {
    PublishRequest.Builder request = PublishRequest.newBuilder().setRunId(runId);
    List<String> ids = new ArrayList<>();
    List<TurnStart> turns = new ArrayList<>();
    addEvents(request, ids, turns);
    request.setOpenIfMissing(random.nextInt(4) > 0);
    request.setCloseRun(random.nextInt(200) == 0);
    Numbers numbers = numbersByRun.computeIfAbsent(runId, run -> new Numbers());
    int tries = 1;
    if (random.nextInt(5) > 0) {
      request.setProducer(
          Producer.newBuilder().setId(name).setEpoch(numbers.epoch).setSeq(numbers.next));
      tries = random.nextInt(50) == 0 ? 1 : PATIENT;
    }
    Request sent = history.send(runId, ids);
    if (random.nextInt(5) == 0) {
      request.setExpectedSeq(book.head(runId));
      sent.expecting(request.getExpectedSeq());
    }
    Answer<PublishResponse> answer =
        attempts.make(tries, (broker, runs) -> broker.publish(request.build()));
    writeDown(request, sent, answer, numbers);
    if (answer.isOk()) {
      turns.forEach(book::mayFork);
    }
  }

  private void addEvents(PublishRequest.Builder request, List<String> ids, List<TurnStart> turns) {
    int count = random.nextInt(20) == 0 ? 1 + random.nextInt(100) : 1 + random.nextInt(5);
    for (int i = 0; i < count; i++) {
      String id = name + "-" + ++eventsMade;
      ids.add(id);
      request.addEvents(random.nextInt(20) == 0 ? turnStart(request, id, turns) : event(id));
    }
  }

  private Event event(String id) {
    return Plays.event(name, id);
  }

  private Event turnStart(PublishRequest.Builder request, String id, List<TurnStart> turns) {
    TurnStart turn = new TurnStart(request.getRunId(), id, name, book.nextT(), eventsMade);
    turns.add(turn);
    return Plays.turnStart(turn);
  }

  private void writeDown(
      PublishRequest.Builder request,
      Request sent,
      Answer<PublishResponse> answer,
      Numbers numbers) {
    if (answer.isOk()) {
      acked(request, sent, answer.value(), numbers);
      return;
    }
    boolean isForGood = !answer.wasInDoubt() || FOR_GOOD.contains(answer.reason());
    if (answer.isRefused() && isForGood) {
      sent.refused(answer.reason());
      tally.refused.incrementAndGet();
    } else {
      tally.unknown.incrementAndGet();
      numbers.epoch++;
      numbers.next = 1;
    }
    react(request.getRunId(), answer.reason());
  }

  private void acked(
      PublishRequest.Builder request, Request sent, PublishResponse response, Numbers numbers) {
    sent.acked(response.getFirstSeq());
    int count = request.getEventsCount();
    if (response.getLastSeq() - response.getFirstSeq() + 1 != count) {
      throw new AssertionError(count + " events were answered with " + response);
    }
    tally.acked.incrementAndGet();
    tally.events.addAndGet(count);
    tally.repeatsFound.addAndGet(response.getDuplicate() ? 1 : 0);
    book.heard(request.getRunId(), response.getLastSeq());
    numbers.next += request.hasProducer() ? count : 0;
    if (request.getCloseRun()) {
      history.closed("the closing publish", request.getRunId(), response.getLastSeq());
      tally.closings.incrementAndGet();
      book.retire(request.getRunId());
    }
  }

  private void react(String runId, String reason) {
    switch (reason) {
      case "RUN_CLOSED" -> book.retire(runId);
      case "RUN_NOT_FOUND" -> open(runId);
      case "SEQ_MISMATCH" -> learnHead(runId);
      case "PRODUCER_GAP", "PRODUCER_FENCED" -> tally.producersLost.incrementAndGet();
      case "", "given up" -> {}
      default -> throw new AssertionError("a publish was refused with " + reason);
    }
  }

  private void open(String runId) {
    OpenRunRequest request =
        OpenRunRequest.newBuilder().setRunId(runId).setRequestId("open-" + runId).build();
    attempts.make(PATIENT, (broker, runs) -> runs.openRun(request));
  }

  private void learnHead(String runId) {
    Answer<Run> answer =
        attempts.make(1, (broker, runs) -> runs.getRun(Visitor.getRun(runId)).getRun());
    if (answer.isOk()) {
      book.heard(runId, answer.value().getHeadSeq());
    }
  }

  private void close(String runId) {
    CloseRunRequest request = CloseRunRequest.newBuilder().setRunId(runId).build();
    Answer<Run> answer = attempts.make(PATIENT, (broker, runs) -> runs.closeRun(request).getRun());
    if (answer.isOk()) {
      Run run = answer.value();
      history.closed("CloseRun", runId, run.getHeadSeq());
      history.digest("CloseRun", runId, run.getHeadSeq(), run.getDigest().toByteArray());
      tally.closings.incrementAndGet();
      book.retire(runId);
    }
  }

  void stop() {
    stopped = true;
  }
}
