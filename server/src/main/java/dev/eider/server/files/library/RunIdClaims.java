package dev.eider.server.files.library;

import dev.eider.server.base.BrokerException;
import dev.eider.server.event.RunId;
import dev.eider.server.files.format.LibraryFile;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.sequencer.Applied;
import dev.eider.server.sequencer.Command;
import dev.eider.server.sequencer.RunWriter;
import dev.eider.v1.ErrorReason;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Claims the ids of a file's runs, so that no other run has or gets them.
 *
 * <p>A client may open a run of the same id at any moment. So the id is claimed by a command, which
 * the sequencer decides between those of clients: the claim is granted if no command before it has
 * made such a run, and none after it will. Else the daemon's own run counts.
 *
 * <p>Owned by the worker {@code library}; blocks.
 */
final class RunIdClaims {
  private static final int ASKED_AT_ONCE_MAX = 500;
  private static final long ANSWER_MS_MAX = 60_000;

  private final LibraryIndex index;
  private final RunWriter writer;
  private final Waiting waiting;

  RunIdClaims(LibraryIndex index, RunWriter writer, Waiting waiting) {
    this.index = index;
    this.writer = writer;
    this.waiting = waiting;
  }

  /**
   * Claims the ids of runs.
   *
   * @param before what the file was when it was read before; null if never
   * @param leftOut called with each run that is left out, and why
   * @return the runs whose ids were granted
   */
  List<FoldedRun> claim(
      List<FoldedRun> runs, LibraryFile file, @Nullable LibraryFile before, LeftOutRuns leftOut)
      throws InterruptedException {
    List<FoldedRun> claimed = new ArrayList<>();
    for (FoldedRun run : runs) {
      if (index.claim(run, file, before)) {
        claimed.add(run);
      } else {
        leftOut.add(run.runId(), "another file of the libraries has a run of this id");
      }
    }
    List<FoldedRun> kept = new ArrayList<>();
    for (int i = 0; i < claimed.size(); i += ASKED_AT_ONCE_MAX) {
      List<FoldedRun> asked = claimed.subList(i, Math.min(claimed.size(), i + ASKED_AT_ONCE_MAX));
      List<Claim> claims = asked.stream().map(Claim::new).toList();
      while (!claims.isEmpty()) {
        claims = settle(claims, kept, leftOut);
      }
    }
    return kept;
  }

  /** Gives back the ids of runs that were shown and are not any more. */
  void giveBack(List<FoldedRun> hidden) {
    hidden.forEach(writer::giveBack);
  }

  /** Gives back the ids of the runs of a file that are not shown. */
  void giveBack(List<FoldedRun> runs, LibraryFile file) {
    for (FoldedRun run : runs) {
      if (!index.isShown(run, file)) {
        boolean unused = index.giveBack(run, file);
        writer.giveBack(run);
      }
    }
  }

  /** Asks about each once; returns those to be asked about again. */
  private List<Claim> settle(List<Claim> claims, List<FoldedRun> kept, LeftOutRuns leftOut)
      throws InterruptedException {
    List<Claim> again = new ArrayList<>();
    for (Claim claim : claims) {
      claim.ask();
    }
    for (Claim claim : claims) {
      switch (claim.answer()) {
        case FREE -> kept.add(claim.run);
        case OWN ->
            leftOut.add(claim.run.runId(), "the daemon has, or had and deleted, a run of this id");
        case UNKNOWN -> again.add(claim);
      }
    }
    return again.isEmpty() || waiting.pause() ? again : List.of();
  }

  private enum Answer {
    FREE,
    OWN,
    /** The sequencer does not take commands at the moment, or cannot ask DuckDB. */
    UNKNOWN
  }

  private final class Claim {
    private final FoldedRun run;
    private CompletableFuture<Applied> asked = new CompletableFuture<>();

    Claim(FoldedRun run) {
      this.run = run;
    }

    void ask() {
      asked = writer.execute(new Command.Claim(run));
    }

    Answer answer() throws InterruptedException {
      try {
        asked.get(ANSWER_MS_MAX, TimeUnit.MILLISECONDS);
        return Answer.FREE;
      } catch (TimeoutException e) {
        return Answer.UNKNOWN;
      } catch (ExecutionException e) {
        if (e.getCause() instanceof BrokerException refusal) {
          return answer(refusal);
        }
        throw new IllegalStateException("run " + run.runId() + " could not be asked about", e);
      }
    }

    private static Answer answer(BrokerException refusal) {
      return refusal.reason() == ErrorReason.ERROR_REASON_RUN_ALREADY_EXISTS
          ? Answer.OWN
          : Answer.UNKNOWN;
    }
  }

  /** Collects the runs of a file that are left out. */
  interface LeftOutRuns {
    void add(RunId runId, String reason);
  }

  /** A pause before the sequencer is asked again. */
  interface Waiting {
    /** Waits a moment; returns whether there is any use in going on. */
    boolean pause() throws InterruptedException;
  }
}
