package dev.eider.server.sequencer;

import dev.eider.server.base.BrokerException;
import dev.eider.server.base.Threads;
import dev.eider.server.hub.Hub;
import dev.eider.server.log.EventLog;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.runs.RunIndex;
import dev.eider.v1.ErrorReason;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * The way to change runs. Futures complete on the sequencer thread, or on the caller's when the
 * command is refused at once; what hangs on them must be brief. A refusal completes them with a
 * {@link BrokerException}.
 *
 * <p>Thread-safe.
 */
public final class RunWriter {
  private final EventLog log;
  private final Hub hub;
  private final RunIndex index;
  private final SequencerConfig config;
  private final Sequencer sequencer;
  private final Admission admission;
  private volatile boolean stopping;

  /**
   * Starts the writer.
   *
   * @param applier has replayed the log
   * @param onHealth told on the sequencer thread when the log's health changes
   * @param onDefect told which worker ended by what
   */
  public RunWriter(
      EventLog log,
      LogApplier applier,
      InstantSource clock,
      SequencerConfig config,
      Threads threads,
      Consumer<PublishHealth> onHealth,
      BiConsumer<String, Throwable> onDefect) {
    this.log = log;
    hub = applier.hub();
    index = applier.index();
    this.config = config;
    sequencer =
        new Sequencer(log, applier, clock, config, threads, new Feedback(onHealth, onDefect));
    admission = new Admission(index, sequencer, config, threads, onDefect);
    sequencer.start();
  }

  /** Executes a command; the future completes once its effect is durable and visible. */
  public CompletableFuture<Applied> execute(Command command) {
    Submission submission = Submission.of(command);
    if (stopping) {
      submission.done().completeExceptionally(shuttingDown());
    } else if (!(command instanceof Command.Close) && isStoreBehind()) {
      submission.done().completeExceptionally(storeBehind());
    } else {
      admission.submit(submission);
    }
    return submission.done();
  }

  /** Closes a run; the future completes once DuckDB holds all of it. */
  public CompletableFuture<Applied> closeAndPersist(Command.Close close) {
    return persisted(execute(close));
  }

  /**
   * Deletes a run; the future completes once DuckDB has erased it, or keeps no more of it than its
   * forks inherit.
   */
  public CompletableFuture<Applied> deleteAndPersist(Command.Delete delete) {
    return persisted(execute(delete));
  }

  /** Gives back the id of a run of a library that is shown to nobody. */
  public void giveBack(FoldedRun claimed) {
    index.giveBack(claimed);
  }

  private CompletableFuture<Applied> persisted(CompletableFuture<Applied> executed) {
    return executed.thenCompose(
        applied ->
            hub.progress().await(applied.run().lastPosition() + 1).thenApply(persisted -> applied));
  }

  /** Refuses commands from now on. */
  public void refuse() {
    stopping = true;
  }

  /**
   * Finishes the commands accepted and ends the threads. Blocks.
   *
   * @return whether they ended in time
   */
  public boolean stop(long timeoutMs) throws InterruptedException {
    refuse();
    return admission.stop(timeoutMs) && sequencer.stop(timeoutMs);
  }

  private static BrokerException shuttingDown() {
    return BrokerException.of(
        ErrorReason.ERROR_REASON_SHUTTING_DOWN, "the daemon is stopping; repeat when it is back");
  }

  private boolean isStoreBehind() {
    return hub.isTailFull()
        || log.endPosition() - hub.progress().position() > config.unpersistedBytesMax();
  }

  private BrokerException storeBehind() {
    return BrokerException.of(
            ErrorReason.ERROR_REASON_OVERLOADED,
            "DuckDB lacks more than "
                + config.unpersistedBytesMax()
                + " bytes of what was published")
        .with("limit", config.unpersistedBytesMax());
  }

  private final class Feedback implements Sequencer.Listener {
    private final Consumer<PublishHealth> onHealth;
    private final BiConsumer<String, Throwable> onDefect;

    Feedback(Consumer<PublishHealth> onHealth, BiConsumer<String, Throwable> onDefect) {
      this.onHealth = onHealth;
      this.onDefect = onDefect;
    }

    @Override
    public void healthChanged(PublishHealth health) {
      onHealth.accept(health);
    }

    @Override
    public void runUnknown(Submission submission) {
      if (stopping) {
        // Nobody looks runs up any more.
        submission.done().completeExceptionally(shuttingDown());
      } else {
        admission.submit(submission);
      }
    }

    @Override
    public void defectFound(String worker, Throwable defect) {
      onDefect.accept(worker, defect);
    }
  }
}
