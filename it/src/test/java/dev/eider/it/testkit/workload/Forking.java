package dev.eider.it.testkit.workload;

import com.google.protobuf.Struct;
import dev.eider.it.Events;
import dev.eider.it.testkit.Fork;
import dev.eider.it.testkit.History;
import dev.eider.it.testkit.Request;
import dev.eider.it.testkit.Rule;
import dev.eider.v1.ForkRequest;
import dev.eider.v1.ForkResponse;
import dev.eider.v1.WorldStateSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Forks runs, open or long closed, and repeats the call until it is answered. One client. */
final class Forking {
  private final Stage stage;
  private final Attempts attempts;
  private final Random random;
  private final List<Fork> made = new ArrayList<>();

  Forking(Stage stage, Attempts attempts, Random random) {
    this.stage = stage;
    this.attempts = attempts;
    this.random = random;
  }

  /** Forks some turn, if there is one. */
  void forkSome() {
    stage
        .book()
        .forkable(random)
        .ifPresent(turn -> fork(turn, runToAsk(turn), random.nextBoolean()));
  }

  /** Returns the run that has a turn or, at times, a fork of it, which may inherit the turn. */
  private String runToAsk(TurnStart turn) {
    List<String> heirs =
        made.stream()
            .filter(fork -> fork.parentRunId().equals(turn.runId()))
            .filter(fork -> !fork.turnStartId().equals(turn.id()))
            .map(Fork::childRunId)
            .toList();
    return heirs.isEmpty() || random.nextBoolean()
        ? turn.runId()
        : heirs.get(random.nextInt(heirs.size()));
  }

  private void fork(TurnStart turn, String asked, boolean mutated) {
    String child = stage.book().newRunId();
    double gold = mutated ? turn.gold() + 1 : turn.gold();
    List<String> ids = new ArrayList<>(List.of(Plays.forkId(child, turn.runId(), turn.t())));
    ForkRequest.Builder request =
        ForkRequest.newBuilder()
            .setParentRunId(asked)
            .setParentT(turn.t())
            .setAgentId(turn.agentId())
            .setRunId(child)
            .setRequestId("fork-" + child);
    if (mutated) {
      request.setMergePatch(Struct.newBuilder().putFields("gold", Events.number(gold)));
      request.setReason("wealth");
      ids.add(Plays.mutationId(child, "wealth"));
    }
    Request sent = stage.history().send(child, ids);
    Answer<ForkResponse> answer =
        attempts.make(
            stage.triesMax(), deadlineMs -> stage.wire().fork(request.build(), deadlineMs));
    ForkResponse response = answer.value();
    if (response != null) {
      sent.acked(response.getEnvelope().getSeq());
      record(turn, child, Events.gold(gold), response);
    } else if (answer.isRefused()) {
      shouldBeDeleted(turn, asked, child, answer.reason());
    }
  }

  private void shouldBeDeleted(TurnStart turn, String asked, String child, String reason) {
    History history = stage.history();
    boolean isChildGone = history.mayBeDeleted(child);
    boolean isNoWonder =
        switch (reason) {
          case "RUN_NOT_FOUND" -> isChildGone || history.mayBeDeleted(asked);
          // An heir may not go back to the turn.
          case "TURN_NOT_FOUND" ->
              isChildGone || history.mayBeDeleted(turn.runId()) || !asked.equals(turn.runId());
          case "RUN_ALREADY_EXISTS" -> isChildGone;
          case "given up" -> true;
          default -> false;
        };
    Rule.ACKED_IS_STORED.require(isNoWonder, "the fork of %s was refused with %s", turn, reason);
    stage.tally().add("forks refused: " + reason);
  }

  private void record(
      TurnStart turn, String child, WorldStateSnapshot expected, ForkResponse response) {
    Fork fork =
        new Fork(
            child,
            response.getRun().getParentRunId(),
            response.getRun().getParentSeq(),
            turn.id(),
            expected.toString(),
            response.getSnapshot().toString());
    stage.history().forked(fork);
    made.add(fork);
    stage.tally().add("forks");
    stage.book().heard(child, response.getRun().getHeadSeq());
    stage.book().adopt(child);
  }
}
