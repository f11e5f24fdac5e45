package dev.eider.it.testkit.workload;

import dev.eider.it.testkit.Request;
import dev.eider.it.testkit.Rule;
import dev.eider.it.testkit.workload.Habits.Shares;
import dev.eider.it.testkit.workload.Producing.Draft;
import dev.eider.v1.CloseRunRequest;
import dev.eider.v1.DeleteRunRequest;
import dev.eider.v1.DeleteRunResponse;
import dev.eider.v1.GetRunRequest;
import dev.eider.v1.OpenRunRequest;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.PublishResponse;
import dev.eider.v1.Run;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;

/**
 * Plays the runs of a {@link RunBook} in every way the contract allows, and records what it sent
 * and was told. Most requests carry a producer and are repeated until they are answered; those
 * without are sent once. Some are given up halfway, as by a client that dies; its successor has a
 * higher epoch. Owned by one client; {@link #stop} may be called from any thread.
 */
public final class Player implements Callable<Void> {
  /**
   * The refusals that mean, after whatever tries, that the request is not and will not be stored.
   */
  private static final Set<String> FOR_GOOD = Set.of("RUN_CLOSED", "SEQ_MISMATCH");

  private final String name;
  private final Stage stage;
  private final Random random;
  private final Attempts attempts;
  private final Forking forking;
  private final Producing producing;
  private final Readings readings;
  private volatile boolean stopped;

  public Player(String name, Stage stage, Random random) {
    this.name = name;
    this.stage = stage;
    this.random = random;
    this.attempts = new Attempts(stage.wire(), random, stage.tally());
    this.forking = new Forking(stage, attempts, random);
    this.producing = new Producing(name, stage, random);
    this.readings = new Readings(stage, name);
  }

  /** Plays until it is stopped. */
  @Override
  public Void call() {
    play(Integer.MAX_VALUE);
    return null;
  }

  public void play(int steps) {
    int restMsMax = stage.habits().restMsMax();
    for (int i = 0; i < steps && !stopped; i++) {
      step(random.nextInt(100));
      stage.wire().pause(random.nextInt(restMsMax));
    }
  }

  private void step(int dice) {
    Shares shares = stage.habits().shares();
    int closes = shares.closes();
    int deletes = closes + shares.deletes();
    int forks = deletes + shares.forks();
    if (dice < closes) {
      close(stage.book().pick(random));
    } else if (dice < deletes) {
      delete(stage.book().any(random));
    } else if (dice < forks) {
      forking.forkSome();
    } else if (dice < forks + shares.rows()) {
      sendRow(stage.book().pick(random));
    } else {
      publish(stage.book().pick(random));
    }
  }

  private void publish(String runId) {
    Draft draft = producing.draft(runId);
    PublishRequest.Builder request = draft.request();
    request.setOpenIfMissing(random.nextInt(4) > 0);
    request.setCloseRun(random.nextInt(200) < stage.habits().shares().closes());
    int tries = 1;
    if (random.nextInt(5) > 0) {
      producing.stamp(draft, 0);
      tries = random.nextInt(50) == 0 ? 1 : stage.triesMax();
    }
    Request sent = stage.history().send(runId, draft.ids());
    if (random.nextInt(5) == 0) {
      request.setExpectedSeq(stage.book().head(runId));
      sent.expecting(request.getExpectedSeq());
    }
    PublishRequest built = request.build();
    Answer<PublishResponse> answer =
        attempts.make(tries, deadlineMs -> stage.wire().publish(built, deadlineMs));
    PublishResponse response = answer.value();
    if (response != null) {
      Rule.REFUSED_IS_ABSENT.require(
          answer.wasInDoubt() || !response.getDuplicate(), "put off and stored: %s", sent);
      producing.acked(draft, built, sent, response);
      return;
    }
    boolean isForGood = !answer.wasInDoubt() || FOR_GOOD.contains(answer.reason());
    if (answer.isRefused() && isForGood) {
      sent.refused(answer.reason());
    } else {
      producing.startOver(runId);
    }
    react(built, answer.reason());
  }

  private void react(PublishRequest request, String reason) {
    String runId = request.getRunId();
    stage.tally().add("publishes refused: " + reason);
    switch (reason) {
      case "RUN_CLOSED" -> stage.book().retire(runId);
      case "RUN_NOT_FOUND" -> {
        if (stage.history().mayBeDeleted(runId)) {
          stage.book().retire(runId);
        } else {
          Rule.NO_DEFECT.require(!request.getOpenIfMissing(), "%s is not found", runId);
          open(runId);
        }
      }
      case "SEQ_MISMATCH" -> learnHead(runId);
      case "PRODUCER_GAP", "PRODUCER_FENCED" -> {
        stage.tally().add(Tally.PRODUCERS_LOST);
        producing.startOver(runId);
      }
      case "", "given up" -> {}
      default -> Rule.NO_DEFECT.require(false, "a publish was refused with %s", reason);
    }
  }

  private void sendRow(String runId) {
    String refusal = producing.sendRow(runId, attempts);
    switch (refusal) {
      case "" -> {}
      case "RUN_CLOSED" -> stage.book().retire(runId);
      case "RUN_NOT_FOUND" -> {
        Rule.NO_DEFECT.require(stage.history().mayBeDeleted(runId), "%s is not found", runId);
        stage.book().retire(runId);
      }
      case "PRODUCER_GAP", "PRODUCER_FENCED" -> stage.tally().add(Tally.PRODUCERS_LOST);
      default -> Rule.NO_DEFECT.require(false, "a row was refused with %s", refusal);
    }
  }

  /** Opens a run unless it is there. */
  public void open(String runId) {
    OpenRunRequest request =
        OpenRunRequest.newBuilder()
            .setRunId(runId)
            .setRequestId("open-" + runId)
            .putLabels("player", name)
            .build();
    Answer<Run> answer =
        attempts.make(stage.triesMax(), deadlineMs -> stage.wire().open(request, deadlineMs));
    if (answer.isOk()) {
      stage.tally().add("runs opened");
    } else {
      requireOneOf(answer, "open", Set.of("RUN_ALREADY_EXISTS"));
    }
  }

  private void learnHead(String runId) {
    GetRunRequest request = GetRunRequest.newBuilder().setRunId(runId).build();
    Run run = attempts.make(1, deadlineMs -> stage.wire().get(request, deadlineMs)).value();
    if (run != null) {
      stage.book().heard(runId, run.getHeadSeq());
    }
  }

  /** Closes a run if it is there; returns whether it is known to be closed or not there. */
  public boolean close(String runId) {
    CloseRunRequest request = CloseRunRequest.newBuilder().setRunId(runId).build();
    Answer<Run> answer =
        attempts.make(stage.triesMax(), deadlineMs -> stage.wire().close(request, deadlineMs));
    Run run = answer.value();
    if (run != null) {
      byte[] digest = run.getDigest().toByteArray();
      stage.history().closed("CloseRun", runId, run.getHeadSeq());
      stage.history().digest("CloseRun", runId, run.getHeadSeq(), digest);
      stage.tally().add("runs closed");
      stage.book().retire(runId);
    } else {
      requireOneOf(answer, "close", Set.of("RUN_NOT_FOUND"));
    }
    return run != null || answer.reason().equals("RUN_NOT_FOUND");
  }

  /** Deletes a run if it is there and may be deleted, by force at times. */
  private void delete(String runId) {
    boolean force = random.nextBoolean();
    DeleteRunRequest request =
        DeleteRunRequest.newBuilder().setRunId(runId).setForce(force).build();
    stage.history().deleting(runId);
    Answer<DeleteRunResponse> answer =
        attempts.make(stage.triesMax(), deadlineMs -> stage.wire().delete(request, deadlineMs));
    DeleteRunResponse response = answer.value();
    if (response != null) {
      stage.history().deleted(runId);
      stage.tally().add("runs deleted");
      stage.tally().add("runs deleted that forks inherit from", response.getKeptForForks() ? 1 : 0);
      stage.book().retire(runId);
      readings.cold(runId, 0, 0);
      readings.get(runId);
    } else {
      requireOneOf(answer, "delete", Set.of("RUN_NOT_FOUND", "RUN_OPEN", "RUN_HAS_FORKS"));
    }
  }

  private void requireOneOf(Answer<?> answer, String call, Set<String> reasons) {
    stage.tally().add(call + " refused: " + answer.reason());
    Rule.NO_DEFECT.require(
        answer.isUnknown()
            || answer.reason().equals("given up")
            || reasons.contains(answer.reason()),
        "%s was answered with %s",
        call,
        answer);
  }

  public void stop() {
    stopped = true;
  }
}
