package dev.eider.server.sequencer;

import dev.eider.server.base.BrokerException;
import dev.eider.server.event.EncodedEvent;
import dev.eider.server.event.RunId;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.ImportRecord;
import dev.eider.server.run.ProducerStamp;
import dev.eider.server.run.ProducerState;
import dev.eider.server.run.StepRecord;
import dev.eider.server.run.StepRecord.Closed;
import dev.eider.server.run.StepRecord.Deleted;
import dev.eider.server.run.StepRecord.Opened;
import dev.eider.server.run.StepRecord.Published;
import dev.eider.server.sequencer.Command.Claim;
import dev.eider.server.sequencer.Command.Close;
import dev.eider.server.sequencer.Command.Delete;
import dev.eider.server.sequencer.Command.Import;
import dev.eider.server.sequencer.Command.Open;
import dev.eider.server.sequencer.Command.Publish;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.RunOutcome;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Decides what becomes of a command, given the run as it is. Pure. Immutable. */
record Decider(int producersMax) {
  private static final Opened PLAIN_OPEN = new Opened(Map.of(), "", new byte[0], null);

  /**
   * Decides.
   *
   * @param run the run after all commands decided before, null if it never existed
   * @param related what else the command depends on, as of the same moment
   * @throws BrokerException if the command is refused
   */
  Decision decide(@Nullable FoldedRun run, Related related, Command command, long nowUs) {
    requireNotInLibrary(run);
    if (command instanceof Delete delete) {
      return decide(run, related.fork(), delete, nowUs);
    }
    if (run != null && run.isDeleted()) {
      throw command instanceof Open ? idUsed(run) : BrokerException.deleted(command.runId());
    }
    if (command instanceof Publish publish) {
      return decide(run, publish, nowUs);
    }
    if (command instanceof Open open) {
      return decide(run, related.needed(), open, nowUs);
    }
    return decide(run, (Close) command, nowUs);
  }

  private static void requireNotInLibrary(@Nullable FoldedRun run) {
    if (run != null && run.isInLibrary()) {
      throw BrokerException.of(
              ErrorReason.ERROR_REASON_RUN_READ_ONLY,
              "run %s is in a library, which is only read; fork it, or choose another id"
                  .formatted(run.runId()))
          .with("run_id", run.runId());
    }
  }

  private static BrokerException idUsed(FoldedRun run) {
    return BrokerException.of(
            ErrorReason.ERROR_REASON_RUN_ALREADY_EXISTS,
            "run " + run.runId() + " was deleted, and its id is not used again; choose another")
        .with("deleted", true);
  }

  /** Decides an import, of which {@code known} is a run that exists, if any; throws a refusal. */
  static ImportRecord decide(@Nullable FoldedRun known, Import command, long nowUs) {
    requireNotInLibrary(known);
    if (known != null && known.isDeleted()) {
      throw idUsed(known);
    }
    if (known != null) {
      throw BrokerException.of(
              ErrorReason.ERROR_REASON_RUN_ALREADY_EXISTS,
              "run " + known.runId() + " of the file already exists; nothing was imported")
          .with("run_id", known.runId());
    }
    return command.record().acceptedAt(nowUs);
  }

  /**
   * Requires that nobody has the id of a run of a library, but for a library: which of its files
   * has it is for that to say.
   *
   * @param known who has or had it, null if nobody
   */
  static void requireFree(@Nullable FoldedRun known, Claim claim) {
    if (known != null && !known.isInLibrary()) {
      throw BrokerException.of(
          ErrorReason.ERROR_REASON_RUN_ALREADY_EXISTS,
          "there is, or was, a run " + known.runId() + " already");
    }
  }

  private Decision decide(@Nullable FoldedRun run, Publish publish, long nowUs) {
    if (run == null && !publish.openIfMissing()) {
      throw BrokerException.notFound(
          "run " + publish.runId() + " does not exist; open it or set open_if_missing");
    }
    if (run != null) {
      Applied repeat = repeated(run, publish);
      if (repeat != null) {
        return new Decision.Answer(repeat);
      }
      // Before anything else: a fenced producer's events may be stored, and their end forgotten.
      requireNotFenced(run, publish);
      if (!run.isOpen()) {
        throw closedError(run);
      }
    }
    requireComesNext(run, publish);
    requireExpectedSeq(run, publish);
    long head = run == null ? 0 : run.headSeq();
    if (run != null && publish.events().isEmpty() && !publish.close()) {
      return new Decision.Answer(new Applied(run, 0, head, false));
    }
    return new Decision.Append(
        new StepRecord(
            publish.runId(),
            nowUs,
            run == null ? PLAIN_OPEN : null,
            published(head, publish.producer(), publish.events()),
            publish.close() ? new Closed(RunOutcome.RUN_OUTCOME_COMPLETED) : null));
  }

  private static @Nullable Published published(
      long head, @Nullable ProducerStamp producer, List<EncodedEvent> events) {
    return events.isEmpty() ? null : new Published(head + 1, producer, events);
  }

  private static @Nullable Applied repeated(FoldedRun run, Publish publish) {
    ProducerStamp stamp = publish.producer();
    ProducerState known = stamp == null ? null : run.producers().find(stamp.id());
    if (stamp == null || known == null || stamp.epoch() != known.epoch()) {
      return null;
    }
    long last = stamp.seq() + publish.events().size() - 1;
    if (publish.events().isEmpty() || last > known.lastSeq()) {
      return null;
    }
    long firstSeq = known.seqOf(stamp.seq());
    long lastSeq = firstSeq == 0 ? 0 : known.seqOf(last);
    return new Applied(run, firstSeq, lastSeq, true);
  }

  private static void requireNotFenced(FoldedRun run, Publish publish) {
    ProducerStamp stamp = publish.producer();
    ProducerState known = stamp == null ? null : run.producers().find(stamp.id());
    if (stamp != null && known != null && stamp.epoch() < known.epoch()) {
      throw BrokerException.of(
              ErrorReason.ERROR_REASON_PRODUCER_FENCED,
              "producer %s is at epoch %s; epoch %s is fenced"
                  .formatted(stamp.id(), known.epoch(), stamp.epoch()))
          .with("current_epoch", known.epoch());
    }
  }

  private void requireComesNext(@Nullable FoldedRun run, Publish publish) {
    ProducerStamp stamp = publish.producer();
    if (stamp == null || publish.events().isEmpty()) {
      return;
    }
    ProducerState known = run == null ? null : run.producers().find(stamp.id());
    boolean isSameEpoch = known != null && stamp.epoch() == known.epoch();
    long expected = known != null && isSameEpoch ? known.lastSeq() + 1 : 1;
    if (stamp.seq() != expected) {
      throw BrokerException.of(
              ErrorReason.ERROR_REASON_PRODUCER_GAP,
              "producer " + stamp.id() + ": expected seq " + expected + ", got " + stamp.seq())
          .with("expected", expected)
          .with("actual", stamp.seq());
    }
    if (run != null && known == null && run.producers().size() >= producersMax) {
      throw BrokerException.overloaded(
          "run " + run.runId() + " has its limit of " + producersMax + " producers", producersMax);
    }
  }

  private static void requireExpectedSeq(@Nullable FoldedRun run, Publish publish) {
    long head = run == null ? 0 : run.headSeq();
    Long expected = publish.expectedSeq();
    if (expected != null && expected != head) {
      throw BrokerException.of(
              ErrorReason.ERROR_REASON_SEQ_MISMATCH,
              "run " + publish.runId() + ": expected head " + expected + ", it is " + head)
          .with("expected", expected)
          .with("actual", head);
    }
  }

  private static BrokerException closedError(FoldedRun run) {
    return BrokerException.of(
            ErrorReason.ERROR_REASON_RUN_CLOSED,
            "run " + run.runId() + " is closed, " + name(run.outcome()))
        .with("head_seq", run.headSeq())
        .with("outcome", name(run.outcome()));
  }

  private static String name(RunOutcome outcome) {
    return outcome.name().substring("RUN_OUTCOME_".length());
  }

  private static Decision decide(
      @Nullable FoldedRun run, @Nullable FoldedRun parent, Open open, long nowUs) {
    if (run != null) {
      return new Decision.Answer(repeatedOpen(run, open));
    }
    RunId parentId = open.neededRunId();
    // It was there when its snapshot was read.
    if (parentId != null && (parent == null || parent.isDeleted())) {
      throw BrokerException.deleted(parentId);
    }
    Opened opened = new Opened(open.labels(), open.requestId(), open.requestHash(), open.parent());
    return new Decision.Append(
        new StepRecord(open.runId(), nowUs, opened, published(0, null, open.events()), null));
  }

  private static Applied repeatedOpen(FoldedRun run, Open open) {
    boolean isSameRequest = !open.requestId().isEmpty() && open.requestId().equals(run.requestId());
    if (isSameRequest && Arrays.equals(open.requestHash(), run.requestHash())) {
      return new Applied(run, 0, run.headSeq(), true);
    }
    if (isSameRequest) {
      throw requestIdTaken(open, run);
    }
    throw BrokerException.of(
        ErrorReason.ERROR_REASON_RUN_ALREADY_EXISTS,
        "run " + open.runId() + " already exists; choose another run_id");
  }

  /** Says that a request id stands for another run. */
  static BrokerException requestIdTaken(Open open, FoldedRun run) {
    return BrokerException.of(
            open.conflict(),
            "request_id %s was used for run %s with other arguments; use a new request_id"
                .formatted(open.requestId(), run.runId()))
        .with("run_id", run.runId());
  }

  private static Decision decide(
      @Nullable FoldedRun run, @Nullable RunId fork, Delete delete, long nowUs) {
    if (run == null || run.isDeleted()) {
      throw run == null
          ? BrokerException.notFound("run " + delete.runId() + " does not exist")
          : BrokerException.deleted(delete.runId());
    }
    if (run.isOpen() && !delete.force()) {
      throw BrokerException.of(
              ErrorReason.ERROR_REASON_RUN_OPEN,
              "run " + delete.runId() + " is open; close it first, or set force")
          .with("head_seq", run.headSeq());
    }
    if (fork != null && !delete.force()) {
      throw BrokerException.of(
              ErrorReason.ERROR_REASON_RUN_HAS_FORKS,
              ("run %s is what run %s was forked from; delete its forks first, or set"
                      + " force to keep what they inherit")
                  .formatted(delete.runId(), fork))
          .with("fork_run_id", fork);
    }
    return new Decision.Append(
        new StepRecord(
            delete.runId(),
            nowUs,
            null,
            null,
            run.isOpen() ? new Closed(RunOutcome.RUN_OUTCOME_ABANDONED) : null,
            new Deleted(fork != null)));
  }

  /** What a command depends on besides its run: one it needs, a fork that inherits. Immutable. */
  record Related(@Nullable FoldedRun needed, @Nullable RunId fork) {
    static final Related NONE = new Related(null, null);
  }

  private static Decision decide(@Nullable FoldedRun run, Close close, long nowUs) {
    if (run == null) {
      throw BrokerException.notFound("run " + close.runId() + " does not exist");
    }
    if (!run.isOpen()) {
      if (run.outcome() != close.outcome()) {
        throw closedError(run);
      }
      return new Decision.Answer(new Applied(run, 0, run.headSeq(), true));
    }
    return new Decision.Append(
        new StepRecord(close.runId(), nowUs, null, null, new Closed(close.outcome())));
  }

  /** What a command leads to. Immutable. */
  sealed interface Decision {
    /** A record to append; its fold is the command's effect. */
    record Append(StepRecord record) implements Decision {}

    /** An answer at once, since nothing is to change. */
    record Answer(Applied applied) implements Decision {}
  }
}
