package dev.eider.server.sequencer;

import dev.eider.server.base.BrokerException;
import dev.eider.server.base.Invariants;
import dev.eider.server.event.RunId;
import dev.eider.server.log.EventLog;
import dev.eider.server.run.Fold;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.ImportRecord;
import dev.eider.server.run.Parent;
import dev.eider.server.run.RunRecord;
import dev.eider.server.run.RunRecordCodec;
import dev.eider.server.run.StepRecord;
import dev.eider.server.runs.Inquiry;
import dev.eider.server.runs.RunIndex;
import dev.eider.server.sequencer.Decider.Decision;
import dev.eider.server.sequencer.Decider.Related;
import dev.eider.server.sequencer.LogApplier.Effect;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
  private final RunIndex index;
  private final Decider decider;
  private final BatchRoom room;
  private final Map<RunId, FoldedRun> runs = new HashMap<>();
  private final Map<String, FoldedRun> runsByRequestId = new HashMap<>();
  private final List<RunId> forksOpened = new ArrayList<>();
  private final List<Effect> effects = new ArrayList<>();
  private final List<Answer> answers = new ArrayList<>();
  private long bytes;

  Batch(EventLog log, RunIndex index, Decider decider, BatchRoom room) {
    this.log = log;
    this.index = index;
    this.decider = decider;
    this.room = room;
  }

  long bytes() {
    return bytes;
  }

  /** Returns whether there is something to commit. */
  boolean hasRecords() {
    return !effects.isEmpty();
  }

  /** Returns what the batch's records do, in the order of the log, once they are durable. */
  List<Effect> effects() {
    return effects;
  }

  /** Returns whether it is known without DuckDB who has an id, as the commands before leave it. */
  boolean isKnown(RunId runId) {
    return runs.containsKey(runId) || index.isKnown(runId);
  }

  /** Says the same of a request id. */
  boolean isRequestKnown(String requestId) {
    return runsByRequestId.containsKey(requestId) || index.isRequestKnown(requestId);
  }

  /** Returns a run as the commands before leave it, or null if it is not in memory. */
  private @Nullable FoldedRun find(RunId runId) {
    FoldedRun changed = runs.get(runId);
    return changed == null ? index.find(runId) : changed;
  }

  /** Returns a run as the commands before leave it, wherever it is; null if there never was one. */
  private @Nullable FoldedRun find(RunId runId, @Nullable Inquiry inquiry) {
    FoldedRun inMemory = find(runId);
    return inMemory != null || inquiry == null ? inMemory : inquiry.find(runId);
  }

  /** Decides a command; a refusal waits, since the disk may yet refuse what it rests on. */
  void add(Submission submission, long nowUs) {
    try {
      if (submission.command() instanceof Command.Import command) {
        append(submission, Decider.decide(findAny(submission), command, nowUs));
        return;
      }
      FoldedRun known = find(submission.command().runId(), submission.inquiry());
      if (submission.command() instanceof Command.Claim command) {
        claim(submission, command, known);
        return;
      }
      requireFreshRequestId(submission);
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

  private void claim(Submission submission, Command.Claim command, @Nullable FoldedRun known) {
    Decider.requireFree(known, command);
    index.claim(command.run());
    Applied applied = new Applied(command.run(), 0, command.run().headSeq(), false);
    answers.add(new Answer(submission, applied, null));
  }

  private Related related(Submission submission) {
    Command command = submission.command();
    RunId neededId = command.neededRunId();
    if (neededId != null) {
      return new Related(find(neededId, submission.inquiry()), null);
    }
    return command instanceof Command.Delete
        ? new Related(
            null,
            findFork(
                command.runId(),
                Invariants.requireNonNull(
                    submission.inquiry(), "nobody asked for forks of run %s", command.runId())))
        : Related.NONE;
  }

  /**
   * Returns a fork that inherits from a run, or null.
   *
   * <p>A fork is in this batch, in memory, or has left memory since DuckDB was asked; else it is as
   * DuckDB said. A deleted one inherits as long as others inherited from it when it was deleted:
   * once the last of those is erased DuckDB no longer names it.
   */
  private @Nullable RunId findFork(RunId parentId, Inquiry inquiry) {
    Set<RunId> forkIds = new LinkedHashSet<>(forksOpened);
    forkIds.addAll(index.findForks(parentId));
    forkIds.addAll(inquiry.forks(parentId));
    for (RunId forkId : forkIds) {
      FoldedRun inMemory = find(forkId);
      FoldedRun newest = inMemory == null ? inquiry.findLeft(forkId) : inMemory;
      if (newest == null || inherits(newest, parentId)) {
        return forkId;
      }
    }
    return null;
  }

  private static boolean inherits(FoldedRun run, RunId parentId) {
    // Of a run that was erased before this start nothing is known but that it was a fork.
    Parent parent = run.parent();
    return run.deletion() != FoldedRun.Deletion.GONE
        && (parent == null || parent.runId().equals(parentId));
  }

  private void requireFreshRequestId(Submission submission) {
    if (submission.command() instanceof Command.Open open && !open.requestId().isEmpty()) {
      FoldedRun same = findByRequestId(submission, open.requestId());
      FoldedRun now = same == null ? null : find(same.runId(), submission.inquiry());
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
    RunId inMemory = index.findByRequestId(requestId);
    if (inMemory != null) {
      return find(inMemory);
    }
    Inquiry inquiry = submission.inquiry();
    return inquiry == null ? null : inquiry.findByRequestId(requestId);
  }

  /** A run of an import that is there already, or null. */
  private @Nullable FoldedRun findAny(Submission submission) {
    for (RunId runId : submission.command().runIds()) {
      FoldedRun run = find(runId, submission.inquiry());
      if (run != null) {
        return run;
      }
    }
    return null;
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
