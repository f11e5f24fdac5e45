package dev.eider.it.history;

import com.google.protobuf.Struct;
import dev.eider.it.Events;
import dev.eider.it.history.Attempts.Answer;
import dev.eider.v1.ForkRequest;
import dev.eider.v1.ForkResponse;
import dev.eider.v1.WorldStateSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Forks runs, open or long closed, and repeats the call until it is answered. One thread. */
final class Forking {
  private static final int TRIES_MAX = 10_000;

  private final Attempts attempts;
  private final History history;
  private final RunBook book;
  private final Tally tally;
  private final Random random;

  Forking(Attempts attempts, History history, RunBook book, Tally tally, Random random) {
    this.attempts = attempts;
    this.history = history;
    this.book = book;
    this.tally = tally;
    this.random = random;
  }

  /** Forks some turn, if there is one. */
  void forkSome() {
    book.forkable(random).ifPresent(turn -> fork(turn, random.nextBoolean()));
  }

  private void fork(TurnStart turn, boolean mutated) {
    String child = book.newRunId();
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
    Request sent = history.send(child, ids);
    Answer<ForkResponse> answer =
        attempts.make(TRIES_MAX, (broker, runs) -> broker.fork(request.build()));
    if (answer.isRefused()) {
      throw new AssertionError("the fork of " + turn + " was refused with " + answer.reason());
    }
    if (answer.isOk()) {
      sent.acked(answer.value().getEnvelope().getSeq());
      writeDown(turn, child, Events.gold(gold), answer.value());
    }
  }

  private void writeDown(
      TurnStart turn, String child, WorldStateSnapshot expected, ForkResponse response) {
    history.forked(
        new Fork(
            child,
            turn.runId(),
            response.getRun().getParentSeq(),
            turn.id(),
            expected.toString(),
            response.getSnapshot().toString()));
    tally.forks.incrementAndGet();
    book.heard(child, response.getRun().getHeadSeq());
    book.adopt(child);
  }
}
