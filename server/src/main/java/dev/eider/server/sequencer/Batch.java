package dev.eider.server.sequencer;

import dev.eider.server.base.BrokerException;
import dev.eider.server.base.Invariants;
import dev.eider.server.event.RunId;
import dev.eider.server.hub.Hub;
import dev.eider.server.hub.RunTail;
import dev.eider.server.log.EventLog;
import dev.eider.server.run.Fold;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.ImportRecord;
import dev.eider.server.run.RunRecord;
import dev.eider.server.run.RunRecordCodec;
import dev.eider.server.run.StepRecord;
import dev.eider.server.sequencer.Decider.Related;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The commands between two forces, decided one after another on the runs as the earlier ones leave
 * them.
 *
 * <p>Nothing of it is visible before it is durable and its {@link #effects} have been applied; then
 * the commands are {@link #answer answered}. {@link #fail} drops it as if it had never been. Owned
 * by the sequencer thread.
 */
final class Batch {
  private final EventLog log;
  private final Hub hub;
  private final Decider decider;
  private final RunReaper reaper;
  private final BatchRoom room;
  private final Map<RunId, FoldedRun> runs = new HashMap<>();
  private final Map<String, FoldedRun> runsByRequestId = new HashMap<>();
  private final List<RunId> forksOpened = new ArrayList<>();
  private final List<Effect> effects = new ArrayList<>();
  private final List<Answer> answers = new ArrayList<>();
  private long bytes;

  Batch(EventLog log, Hub hub, Decider decider, RunReaper reaper, BatchRoom room) {
    this.log = log;
    this.hub = hub;
    this.decider = decider;
    this.reaper = reaper;
    this.room = room;
  }

  long bytes() {
    return bytes;
  }

  /** Says whether there is something to commit. */
  boolean hasRecords() {
    return !effects.isEmpty();
  }

  /** Returns what the batch's records do, in the order of the log, once they are durable. */
  List<Effect> effects() {
    return effects;
  }

  /**
   * Returns the run that a command is about, as the commands before leave it, or null if it is not
   * in memory.
   */
  @Nullable FoldedRun find(RunId runId) {
    FoldedRun changed = runs.get(runId);
    if (changed != null) {
      return changed;
    }
    RunTail tail = hub.find(runId);
    return tail == null ? null : tail.run();
  }

  /**
   * Decides a command. A refusal waits for the batch as well: it may rest on a command before it,
   * which the disk may yet refuse.
   */
  void add(Submission submission, long nowUs) {
    FoldedRun run = find(submission.command().runId());
    try {
      if (submission.command() instanceof Command.Import command) {
        append(submission, Decider.decide(findAny(submission), command, nowUs));
        return;
      }
      requireFreshRequestId(submission);
      FoldedRun known = run == null ? submission.persisted() : run;
      Decision decision = decider.decide(known, related(submission), submission.command(), nowUs);
      if (decision instanceof Decision.Append append) {
        append(submission, known, append.record());
      } else if (decision instanceof Decision.Answer answer) {
        answers.add(new Answer(submission, answer.applied(), null));
      }
    } catch (BrokerException refused) {
      answers.add(new Answer(submission, null, refused));
    }
  }

  private Related related(Submission submission) {
    Command command = submission.command();
    RunId neededId = command.neededRunId();
    if (neededId != null) {
      FoldedRun needed = find(neededId);
      return new Related(needed == null ? submission.needed() : needed, null);
    }
    return command instanceof Command.Delete
        ? new Related(
            null,
            new ForkLookup(this::find, hub, reaper)
                .find(command.runId(), forksOpened, submission.forks()))
        : Related.NONE;
  }

  private void requireFreshRequestId(Submission submission) {
    if (submission.command() instanceof Command.Open open && !open.requestId().isEmpty()) {
      FoldedRun same = findByRequestId(submission, open.requestId());
      FoldedRun now = same == null ? null : find(same.runId());
      boolean isGone = now != null && now.isDeleted();
      if (same != null && !isGone && !same.runId().equals(open.runId())) {
        throw Decider.requestIdTaken(open, same);
      }
    }
  }

  private @Nullable FoldedRun findByRequestId(Submission submission, String requestId) {
    FoldedRun changed = runsByRequestId.get(requestId);
    if (changed != null) {
      return changed;
    }
    RunId inMemory = hub.findByRequestId(requestId);
    return inMemory == null ? submission.sameRequest() : find(inMemory);
  }

  /** A run of an import that is there already, or null. */
  private @Nullable FoldedRun findAny(Submission submission) {
    for (RunId runId : submission.command().runIds()) {
      FoldedRun run = find(runId);
      if (run != null) {
        return run;
      }
    }
    return submission.persisted();
  }

  private void append(Submission submission, ImportRecord record) {
    room.require(record);
    long position = append(record);
    List<FoldedRun> after = record.runsAt(position);
    for (FoldedRun run : after) {
      runs.put(run.runId(), run);
      if (run.parent() != null) {
        forksOpened.add(run.runId());
      }
    }
    room.take(record);
    effects.add(new Effect.Import(record, position));
    FoldedRun first = after.get(0);
    answers.add(new Answer(submission, new Applied(first, 0, first.headSeq(), false), null));
  }

  private void append(Submission submission, @Nullable FoldedRun run, StepRecord record) {
    room.require(run, record);
    long position = append(record);
    FoldedRun after =
        Invariants.requireNonNull(
            Fold.apply(run, position, record), "run %s: own record was skipped", record.runId());
    runs.put(record.runId(), after);
    if (record.opened() != null) {
      room.take(after);
      if (after.parent() != null) {
        forksOpened.add(after.runId());
      }
      runsByRequestId.put(record.opened().requestId(), after);
    }
    effects.add(new Effect.Step(record, position, after));
    Applied applied = new Applied(after, record.firstSeq(), after.headSeq(), false);
    answers.add(new Answer(submission, applied, null));
  }

  private long append(RunRecord record) {
    byte[] body = RunRecordCodec.encode(record);
    bytes += body.length + EventLog.FRAME_BYTES_MAX;
    return log.append(record.runId(), record.firstSeq(), body);
  }

  /** Answers every command of the batch, whose effects are visible. */
  void answer() {
    answers.forEach(Answer::give);
  }

  /** Answers every command of the batch that none of it happened. */
  void fail(BrokerException reason) {
    for (Answer answer : answers) {
      answer.submission().done().completeExceptionally(reason);
    }
  }

  /** What a command is told: {@code applied} or {@code refusal}. */
  private record Answer(
      Submission submission, @Nullable Applied applied, @Nullable BrokerException refusal) {

    void give() {
      if (refusal != null) {
        submission.done().completeExceptionally(refusal);
      } else {
        submission.done().complete(applied);
      }
    }
  }
}
