package dev.eider.it.sim;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.eider.server.Broker;
import dev.eider.server.event.RunId;
import dev.eider.server.event.SequencedEvent;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.sequencer.Applied;
import dev.eider.server.sequencer.Command;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.Event;
import dev.eider.v1.ForkRequest;
import dev.eider.v1.ForkResponse;
import dev.eider.v1.RunOutcome;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/** Opens, closes, forks and deletes runs, and repeats what it got no answer to. */
final class Keeper {
  private static final int ATTEMPTS_MAX = 60;

  private final World world;
  private final Random random;
  private final Runs runs;
  private final String name;
  private int requestCount;

  Keeper(World world, Runs runs, String name) {
    this.world = world;
    this.random = world.random();
    this.runs = runs;
    this.name = name;
  }

  void keep(int requests) {
    for (int i = 0; i < requests; i++) {
      switch (random.nextInt(6)) {
        case 0 -> open(runs.popular());
        case 1 -> close(runs.popular());
        case 2 -> delete(runs.any(), random.nextBoolean());
        default -> fork(runs.any());
      }
      world.scheduler().sleep(random.nextInt(80));
    }
  }

  /** Opens a run unless it is there. */
  void open(RunId runId) {
    String requestId = name + "-" + requestCount++;
    Command.Open open =
        new Command.Open(
            runId,
            Map.of("keeper", name),
            requestId,
            new byte[] {7},
            null,
            List.of(),
            ErrorReason.ERROR_REASON_RUN_ALREADY_EXISTS);
    Answer<Applied> answer = repeat(broker -> broker.writer().execute(open));
    if (answer.isOk()) {
      world.coverage().add("runs opened");
      world.oracle().ackedOpen(runId);
    } else {
      requireOneOf(answer, ErrorReason.ERROR_REASON_RUN_ALREADY_EXISTS);
    }
  }

  /** Closes a run if it is there. */
  void close(RunId runId) {
    Command.Close close = new Command.Close(runId, RunOutcome.RUN_OUTCOME_COMPLETED);
    Answer<Applied> answer =
        repeat(broker -> broker.writer().closeAndPersist(close).thenApply(this::requirePersisted));
    Applied applied = answer.value();
    if (applied != null) {
      world.coverage().add("runs closed");
      world.oracle().ackedClose(runId, applied.run().headSeq());
      runs.closed(runId);
    } else {
      requireOneOf(answer, ErrorReason.ERROR_REASON_RUN_NOT_FOUND);
    }
  }

  /** Deletes a run if it is there, and may be. */
  private void delete(RunId runId, boolean force) {
    world.oracle().deleting(runId);
    Command.Delete delete = new Command.Delete(runId, force);
    Answer<Applied> answer =
        repeat(broker -> broker.writer().deleteAndPersist(delete).thenApply(this::requireErased));
    Applied applied = answer.value();
    if (applied != null) {
      world
          .coverage()
          .add(
              applied.run().deletion() == FoldedRun.Deletion.KEPT
                  ? "runs deleted that forks inherit from"
                  : "runs deleted");
      world.oracle().ackedDelete(runId);
      runs.closed(runId);
      boolean unused = new ColdFollower(world, runId).read();
    } else {
      requireOneOf(
          answer,
          ErrorReason.ERROR_REASON_RUN_NOT_FOUND,
          ErrorReason.ERROR_REASON_RUN_OPEN,
          ErrorReason.ERROR_REASON_RUN_HAS_FORKS);
      requireRealFork(runId, answer);
    }
  }

  private Applied requireErased(Applied deleted) {
    Oracle.requireGone(deleted.run().runId(), world.daemon().store().content());
    return deleted;
  }

  private void requireRealFork(RunId runId, Answer<?> answer) {
    if (answer.isRefusedFor(ErrorReason.ERROR_REASON_RUN_HAS_FORKS) && answer.refusal() != null) {
      RunId fork = new RunId(answer.refusal().metadata().getOrDefault("fork_run_id", ""));
      Rule.FORK_PREFIX.require(
          runId.equals(world.oracle().parent(fork)), "%s is no fork of %s", fork, runId);
    }
  }

  private Applied requirePersisted(Applied closed) {
    if (world.oracle().mayBeDeleted(closed.run().runId())) {
      return closed;
    }
    FoldedRun stored = world.daemon().store().content().run(closed.run().runId());
    Rule.CLOSED_IS_PERSISTED.require(
        stored != null && !stored.isOpen() && stored.headSeq() == closed.run().headSeq(),
        "run %s is closed; the store has %s",
        closed.run().runId(),
        stored);
    return closed;
  }

  private void fork(RunId parentId) {
    String requestId = name + "-" + requestCount++;
    RunId childId = new RunId("fork-" + requestId);
    ForkRequest.Builder request =
        ForkRequest.newBuilder()
            .setParentRunId(parentId.value())
            .setParentT(random.nextInt(SimEvents.TURNS))
            .setRunId(childId.value())
            .setRequestId(requestId);
    if (random.nextBoolean()) {
      Value gold = Value.newBuilder().setNumberValue(500).build();
      request.setMergePatch(Struct.newBuilder().putFields("gold", gold));
    }
    ForkRequest built = request.build();
    world.oracle().forking(childId, parentId);
    Answer<ForkResponse> answer = repeat(broker -> broker.forker().fork(built, childId));
    ForkResponse response = answer.value();
    if (response != null) {
      world.coverage().add("forks");
      world.oracle().ackedOpen(childId);
      requireFork(built, response);
      runs.add(childId);
      if (random.nextBoolean()) {
        new TimelineReader(world, childId).read();
      }
    } else {
      requireOneOf(
          answer,
          ErrorReason.ERROR_REASON_RUN_NOT_FOUND,
          ErrorReason.ERROR_REASON_RUN_ALREADY_EXISTS,
          ErrorReason.ERROR_REASON_TURN_NOT_FOUND,
          ErrorReason.ERROR_REASON_SNAPSHOT_OPAQUE);
    }
  }

  private void requireFork(ForkRequest request, ForkResponse response) {
    Event first = response.getEnvelope().getEvent();
    RunId childId = new RunId(request.getRunId());
    Rule.FORK_PREFIX.require(
        response.getEnvelope().getSeq() == 1
            && first.getFork().getParentRunId().equals(request.getParentRunId())
            && first.getFork().getParentT() == request.getParentT(),
        "fork %s of %s at %d begins with %s",
        childId,
        request.getParentRunId(),
        request.getParentT(),
        response.getEnvelope());
    world
        .oracle()
        .seen(
            childId, SequencedEvent.of(childId, 1, "fork", "", first.getT(), first.toByteArray()));
  }

  private void requireOneOf(Answer<?> answer, ErrorReason... reasons) {
    if (answer.refusal() == null || answer.isWorthARetry()) {
      world.coverage().add("requests given up");
      return;
    }
    ErrorReason reason = answer.refusal().reason();
    world.coverage().add("requests refused: " + reason);
    Rule.NO_DEFECT.require(List.of(reasons).contains(reason), "%s", answer.refusal());
  }

  private <T> Answer<T> repeat(java.util.function.Function<Broker, CompletableFuture<T>> request) {
    Answer<T> answer = Answer.unknown();
    for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      answer = world.daemon().call(10 + random.nextInt(500), request);
      if (!answer.isWorthARetry()) {
        return answer;
      }
      world.scheduler().sleep(1 + random.nextInt(20));
    }
    return answer;
  }
}
