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
   * Starts the writer on a log that {@code applier} has replayed; both listeners are told on the
   * thread whose news it is.
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
        new Sequencer(
            log,
            applier,
            clock,
            config,
            threads,
            new Sequencer.Listener(onHealth, this::lookUp, onDefect));
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

  /** Deletes a run; completes once DuckDB has erased all of it that no fork inherits. */
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

  /** Finishes the commands accepted and ends the threads; returns whether in time. Blocks. */
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
    return BrokerException.overloaded(
        "DuckDB lacks more than %s bytes of what was published"
            .formatted(config.unpersistedBytesMax()),
        config.unpersistedBytesMax());
  }

  private void lookUp(Submission submission) {
    if (stopping) {
      // Nobody looks runs up any more.
      submission.done().completeExceptionally(shuttingDown());
    } else {
      admission.submit(submission);
    }
  }
}
