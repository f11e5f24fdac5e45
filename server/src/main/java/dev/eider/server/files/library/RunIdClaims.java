package dev.eider.server.files.library;

import dev.eider.server.base.BrokerException;
import dev.eider.server.event.RunId;
import dev.eider.server.files.format.LibraryFile;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.sequencer.Applied;
import dev.eider.server.sequencer.Command;
import dev.eider.server.sequencer.RunWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Makes sure that the ids of a file's runs are nobody else's.
 *
 * <p>Problem: while a run of a library is looked up among the daemon's own, a client may open one
 * of that id. So its id is claimed in the index first, which the sequencer asks about ids that it
 * does not know, and refuses. Then the sequencer gets an append of nothing to it, as it would from
 * a client. The answer that the run is read-only says that no command before it, durable by now,
 * has made such a run, and none after it will; any other answer, that the daemon has or had one.
 * Then the daemon's own counts, and the claim is given back.
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
   * @param leftOut told which run is left out, and why
   * @return those whose ids are theirs
   */
  List<FoldedRun> claim(List<FoldedRun> runs, LibraryFile file, LeftOutRuns leftOut)
      throws InterruptedException {
    List<FoldedRun> claimed = new ArrayList<>();
    for (FoldedRun run : runs) {
      if (index.claim(run, file)) {
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
      asked = writer.execute(new Command.Publish(run.runId(), List.of(), false, null, null, false));
    }

    Answer answer() throws InterruptedException {
      try {
        asked.get(ANSWER_MS_MAX, TimeUnit.MILLISECONDS);
        return Answer.OWN;
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
      return switch (refusal.reason()) {
        case ERROR_REASON_RUN_READ_ONLY -> Answer.FREE;
        case ERROR_REASON_RUN_NOT_FOUND, ERROR_REASON_RUN_CLOSED -> Answer.OWN;
        default -> Answer.UNKNOWN;
      };
    }
  }

  /** Tells which runs of a file are left out. */
  interface LeftOutRuns {
    void add(RunId runId, String reason);
  }

  /** Lets some time pass. */
  interface Waiting {
    /** Waits a moment; returns whether there is any use in going on. */
    boolean pause() throws InterruptedException;
  }
}
