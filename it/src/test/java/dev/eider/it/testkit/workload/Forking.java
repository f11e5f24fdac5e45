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

  Forking(Stage stage, Attempts attempts, Random random) {
    this.stage = stage;
    this.attempts = attempts;
    this.random = random;
  }

  /** Forks some turn, if there is one. */
  void forkSome() {
    stage.book().forkable(random).ifPresent(turn -> fork(turn, random.nextBoolean()));
  }

  private void fork(TurnStart turn, boolean mutated) {
    String child = stage.book().newRunId();
    double gold = mutated ? turn.gold() + 1 : turn.gold();
    List<String> ids = new ArrayList<>(List.of(Plays.forkId(child, turn.runId(), turn.t())));
    ForkRequest.Builder request =
        ForkRequest.newBuilder()
            .setParentRunId(turn.runId())
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
      shouldBeDeleted(turn, child, answer.reason());
    }
  }

  private void shouldBeDeleted(TurnStart turn, String child, String reason) {
    History history = stage.history();
    boolean isChildGone = history.mayBeDeleted(child);
    boolean isNoWonder =
        switch (reason) {
          case "RUN_NOT_FOUND", "TURN_NOT_FOUND" ->
              isChildGone || history.mayBeDeleted(turn.runId());
          case "RUN_ALREADY_EXISTS" -> isChildGone;
          case "given up" -> true;
          default -> false;
        };
    Rule.ACKED_IS_STORED.require(isNoWonder, "the fork of %s was refused with %s", turn, reason);
    stage.tally().add("forks refused: " + reason);
  }

  private void record(
      TurnStart turn, String child, WorldStateSnapshot expected, ForkResponse response) {
    stage
        .history()
        .forked(
            new Fork(
                child,
                turn.runId(),
                response.getRun().getParentSeq(),
                turn.id(),
                expected.toString(),
                response.getSnapshot().toString()));
    stage.tally().add("forks");
    stage.book().heard(child, response.getRun().getHeadSeq());
    stage.book().adopt(child);
  }
}
