package dev.eider.server.sequencer;

import dev.eider.server.base.BrokerException;
import dev.eider.server.base.Invariants;
import dev.eider.server.event.RunId;
import dev.eider.server.event.SequencedEvent;
import dev.eider.server.hub.Hub;
import dev.eider.server.hub.RunTail;
import dev.eider.server.log.EventLog;
import dev.eider.server.run.Fold;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.ImportRecord;
import dev.eider.server.run.ImportRecordCodec;
import dev.eider.server.run.Parent;
import dev.eider.server.run.ProducerStamp;
import dev.eider.server.run.RunRecord;
import dev.eider.server.run.RunRecord.Published;
import dev.eider.server.run.RunRecordCodec;
import dev.eider.server.runs.Inquiry;
import dev.eider.server.runs.RunIndex;
import dev.eider.server.sequencer.Decider.Related;
import dev.eider.v1.ErrorReason;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The commands between two forces, decided one after another on the runs as the earlier ones leave
 * them.
 *
 * <p>Nothing of it is visible before {@link #publish}; {@link #fail} drops it as if it had never
 * been. Owned by the sequencer thread.
 */
final class Batch {
  private final EventLog log;
  private final Hub hub;
  private final RunIndex index;
  private final Decider decider;
  private final RunReaper reaper;
  private final int openRunsMax;
  private final boolean isDiskFull;
  private final Map<RunId, FoldedRun> runs = new HashMap<>();
  private final Map<String, FoldedRun> runsByRequestId = new HashMap<>();
  private final List<RunId> forksOpened = new ArrayList<>();
  private final Map<Long, ImportRecord> imports = new LinkedHashMap<>();
  private final List<Step> steps = new ArrayList<>();
  private int openedCount;
  private long openedBytes;
  private int appendedCount;
  private long bytes;

  /**
   * @param isDiskFull refuses what needs room in the log, but for the end of a run, which is small
   *     and lets the rest of it go
   */
  Batch(
      EventLog log,
      Hub hub,
      RunIndex index,
      Decider decider,
      RunReaper reaper,
      int openRunsMax,
      boolean isDiskFull) {
    this.reaper = reaper;
    this.log = log;
    this.hub = hub;
    this.index = index;
    this.decider = decider;
    this.openRunsMax = openRunsMax;
    this.isDiskFull = isDiskFull;
  }

  long bytes() {
    return bytes;
  }

  /** Says whether there is something to commit. */
  boolean hasRecords() {
    return appendedCount > 0;
  }

  /** Says whether it is known without DuckDB who has an id, as the commands before leave it. */
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

  /**
   * Returns a run as the commands before leave it, wherever it is, or null if there never was one.
   */
  private @Nullable FoldedRun find(RunId runId, @Nullable Inquiry inquiry) {
    FoldedRun inMemory = find(runId);
    return inMemory != null || inquiry == null ? inMemory : inquiry.find(runId);
  }

  /**
   * Decides a command. A refusal waits for the batch as well: it may rest on a command before it,
   * which the disk may yet refuse.
   */
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
        steps.add(new Step(submission, answer.applied(), null, null));
      }
    } catch (BrokerException refused) {
      steps.add(new Step(submission, null, refused, null));
    }
  }

  private void claim(Submission submission, Command.Claim command, @Nullable FoldedRun known) {
    Decider.requireFree(known, command);
    index.claim(command.run());
    steps.add(
        new Step(
            submission, new Applied(command.run(), 0, command.run().headSeq(), false), null, null));
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
    long recordBytes = record.runs().stream().mapToLong(FoldedRun::memoryBytes).sum();
    if (hub.runBytes() + openedBytes + recordBytes > hub.bounds().runBytesMax()) {
      throw runRoomFull();
    }
    if (isDiskFull) {
      throw diskFull();
    }
    byte[] body = ImportRecordCodec.encode(record);
    long position = log.append(record.firstRunId(), 0, body);
    List<FoldedRun> after = record.runsAt(position);
    for (FoldedRun run : after) {
      runs.put(run.runId(), run);
      if (run.parent() != null) {
        forksOpened.add(run.runId());
      }
    }
    imports.put(position, record);
    openedBytes += recordBytes;
    appendedCount++;
    bytes += body.length + EventLog.FRAME_BYTES_MAX;
    FoldedRun first = after.get(0);
    steps.add(new Step(submission, new Applied(first, 0, first.headSeq(), false), null, null));
  }

  private void append(Submission submission, @Nullable FoldedRun run, RunRecord record) {
    if (record.opened() != null && hub.openRunCount() + openedCount >= openRunsMax) {
      throw BrokerException.of(
              ErrorReason.ERROR_REASON_OVERLOADED,
              "the daemon has its limit of " + openRunsMax + " open runs; close some")
          .with("limit", openRunsMax);
    }
    requireRunRoom(run, record);
    Published published = record.published();
    if (isDiskFull && (record.opened() != null || published != null)) {
      throw diskFull();
    }
    long firstSeq = published == null ? 0 : published.firstSeq();
    byte[] body = RunRecordCodec.encode(record);
    long position = log.append(record.runId(), firstSeq, body);
    FoldedRun after =
        Invariants.requireNonNull(
            Fold.apply(run, position, record), "run %s: own record was skipped", record.runId());
    runs.put(record.runId(), after);
    if (record.opened() != null) {
      openedCount++;
      openedBytes += after.memoryBytes();
      if (after.parent() != null) {
        forksOpened.add(after.runId());
      }
      runsByRequestId.put(record.opened().requestId(), after);
    }
    appendedCount++;
    bytes += body.length + EventLog.FRAME_BYTES_MAX;
    long lastSeq = after.headSeq();
    Effect effect =
        new Effect(
            after,
            position,
            Sequencing.of(record),
            record.opened() != null,
            record.closed() != null);
    steps.add(new Step(submission, new Applied(after, firstSeq, lastSeq, false), null, effect));
  }

  static BrokerException diskFull() {
    return BrokerException.of(
        ErrorReason.ERROR_REASON_STORAGE_FULL, "the log's disk is full; nothing was stored");
  }

  private void requireRunRoom(@Nullable FoldedRun run, RunRecord record) {
    long runBytesMax = hub.bounds().runBytesMax();
    if (hub.runBytes() + openedBytes < runBytesMax) {
      return;
    }
    Published published = record.published();
    ProducerStamp producer = published == null ? null : published.producer();
    boolean isEnlarged =
        run == null
            || (published != null
                && producer != null
                && run != null
                && run.producers().isEnlargedBy(producer, published.firstSeq()));
    if (isEnlarged) {
      throw runRoomFull();
    }
  }

  private BrokerException runRoomFull() {
    long runBytesMax = hub.bounds().runBytesMax();
    return BrokerException.of(
            ErrorReason.ERROR_REASON_OVERLOADED,
            "what the daemon keeps of runs takes as much memory as it may: "
                + runBytesMax
                + " bytes; close some runs")
        .with("limit_bytes", runBytesMax);
  }

  /** Shows the batch, which is durable now, to readers and then acknowledges it. */
  void publish() {
    // First: a reader of all runs that sees a later event must know that these are not in memory.
    imports.forEach((position, record) -> hub.addImport(record, position));
    Map<RunTail, Change> changes = new LinkedHashMap<>();
    for (Step step : steps) {
      Effect effect = step.effect();
      if (effect != null) {
        RunTail tail = hub.advance(effect.after(), effect.position(), effect.events());
        if (effect.after().isDeleted()) {
          reaper.deleted(tail);
        } else if (effect.closed()) {
          reaper.closed(tail);
        }
        changes.merge(tail, new Change(effect.opened(), effect.closed()), Change::and);
      }
    }
    steps.forEach(Step::answer);
    changes.forEach((tail, change) -> hub.announce(tail, change.opened(), change.closed()));
    if (!changes.isEmpty() || !imports.isEmpty()) {
      hub.announceAll();
    }
  }

  /** Answers every command of the batch that none of it happened. */
  void fail(BrokerException reason) {
    for (Step step : steps) {
      step.submission().done().completeExceptionally(reason);
    }
  }

  /** A command and what was decided: {@code applied} or {@code refusal}. */
  private record Step(
      Submission submission,
      @Nullable Applied applied,
      @Nullable BrokerException refusal,
      @Nullable Effect effect) {

    void answer() {
      if (refusal != null) {
        submission.done().completeExceptionally(refusal);
      } else {
        submission.done().complete(applied);
      }
    }
  }

  private record Effect(
      FoldedRun after,
      long position,
      List<SequencedEvent> events,
      boolean opened,
      boolean closed) {}

  private record Change(boolean opened, boolean closed) {
    Change and(Change later) {
      return new Change(opened || later.opened, closed || later.closed);
    }
  }
}
