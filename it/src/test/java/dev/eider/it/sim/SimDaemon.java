package dev.eider.it.sim;

import dev.eider.it.sim.Scheduler.Span;
import dev.eider.it.testkit.Rule;
import dev.eider.it.testkit.workload.Answer;
import dev.eider.it.testkit.workload.Tally;
import dev.eider.server.Broker;
import dev.eider.server.base.BrokerException;
import dev.eider.server.base.Pool;
import dev.eider.server.base.Timer;
import dev.eider.server.base.Undo;
import dev.eider.server.config.ServerConfig;
import dev.eider.server.log.EventLog;
import dev.eider.server.log.LogCorruptedException;
import dev.eider.server.log.segment.FaultyDisk;
import dev.eider.server.log.segment.SegmentedLog;
import dev.eider.server.sequencer.PublishHealth;
import dev.eider.server.store.StoreException;
import dev.eider.v1.ErrorReason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The daemon of a simulation, from one crash to the next, and the network before it. */
final class SimDaemon {
  private static final long CLEAN_STOP_MS = 2_000;
  private static final int NETWORK_THREADS = 3;
  private static final String REASON_PREFIX = "ERROR_REASON_";

  /** Refusals that a client gets as UNAVAILABLE, so that it knows nothing. */
  private static final Set<String> UNAVAILABLE = Set.of("STORAGE_UNAVAILABLE", "SHUTTING_DOWN");

  private final Scheduler scheduler;
  private final Random random;
  private final Faults faults;
  private final Tally tally;
  final Mutant mutant;
  private final ServerConfig config;
  final SimStore store;
  private final List<Call<?>> calls = new ArrayList<>();
  FaultyDisk disk;
  private SimDisk shownDisk;
  Span life = new Span();

  /** The broker that serves; null while there is none. */
  @Nullable Broker broker;

  private @Nullable Pool network;
  private @Nullable Timer delays;
  private @Nullable Throwable startFailure;
  private PublishHealth health = PublishHealth.OK;
  private boolean mustStop;

  SimDaemon(
      Scheduler scheduler,
      Random random,
      Faults faults,
      Tally tally,
      Mutant mutant,
      ServerConfig config) {
    this.scheduler = scheduler;
    this.random = random;
    this.faults = faults;
    this.tally = tally;
    this.mutant = mutant;
    this.config = config;
    disk = new FaultyDisk(random);
    shownDisk = shown();
    store = new SimStore(scheduler, random, faults, tally, mutant, this::forcedPosition);
  }

  /** Starts it; returns when it serves, or null when a fault or a crash kept it from that. */
  @Nullable Broker start() {
    Span begun = new Span();
    life = begun;
    health = PublishHealth.OK;
    mustStop = false;
    startFailure = null;
    shownDisk = shown();
    SimThreads threads = new SimThreads(scheduler, begun);
    scheduler.start("start", begun, () -> startIn(threads));
    while (broker == null && startFailure == null) {
      scheduler.pause();
      if (faults.areOn() && random.nextInt(800) == 0) {
        tally.add("crashes while starting");
        crash(!config.async() && random.nextBoolean());
        return null;
      }
    }
    Throwable failure = startFailure;
    if (failure != null) {
      Rule.STARTS.require(
          !(failure instanceof LogCorruptedException) && !(failure instanceof RuntimeException),
          "%s",
          failure);
      scheduler.end(begun);
    }
    tally.add("starts");
    return broker;
  }

  private SimDisk shown() {
    boolean lies = mutant == Mutant.ACK_BEFORE_FORCE || mutant == Mutant.VISIBLE_BEFORE_DURABLE;
    return new SimDisk(scheduler, disk, tally, lies);
  }

  private void startIn(SimThreads threads) {
    Undo undo = new Undo();
    try {
      EventLog log = SegmentedLog.open(shownDisk, config.log(), store.persistedPosition());
      undo.push(log);
      Broker started =
          Broker.start(
              config,
              new Broker.Ground(log, store, store.reader(), scheduler, threads),
              new Broker.Watcher(now -> health = now, this::defectFound),
              undo);
      network = threads.newPool("network", NETWORK_THREADS);
      delays = threads.newTimer("delays");
      broker = started;
    } catch (IOException | StoreException | RuntimeException e) {
      undo.close();
      startFailure = e;
    }
  }

  private void defectFound(String worker, Throwable defect) {
    mustStop = true;
    if (!store.hasLostCommits) {
      throw new AssertionError("NO_DEFECT: worker " + worker + " ended: " + defect, defect);
    }
    tally.add("stops since the store lost commits");
  }

  private long forcedPosition() {
    Broker running = broker;
    return running == null ? Long.MAX_VALUE : running.log().forcedPosition();
  }

  /** Returns whether it can only be started again. */
  boolean mustStop() {
    return mustStop || health == PublishHealth.BROKEN;
  }

  /** Ends it in the middle of whatever it is at. */
  void crash(boolean powerIsLost) {
    tally.add(powerIsLost ? "losses of power" : "kills");
    Span ended = life;
    broker = null;
    scheduler.end(ended);
    breakCalls();
    if (powerIsLost) {
      FaultyDisk left = disk.afterCrash();
      if (left.differsFrom(disk)) {
        tally.add("losses of power that took or tore something");
      }
      disk = left;
    }
    store.openAfterCrash();
  }

  /** Ends it in the middle of a call to the disk, if there is one soon. */
  void crashAtTheDisk(boolean powerIsLost) {
    Scheduler.SimSignal reached = scheduler.new SimSignal();
    shownDisk.holdAt(1 + random.nextInt(8), reached);
    if (scheduler.await(reached, random.nextInt(300))) {
      tally.add("crashes at a call to the disk");
    }
    crash(powerIsLost);
  }

  /** Stops it as SIGTERM does; when that takes too long it is killed. */
  void stop() {
    Broker running = broker;
    if (running == null) {
      return;
    }
    tally.add("clean stops");
    boolean[] isStopped = new boolean[1];
    scheduler.start("stop", life, () -> isStopped[0] = stopIn(running));
    long endMs = scheduler.nowMs() + 2 * CLEAN_STOP_MS;
    while (!isStopped[0] && scheduler.nowMs() < endMs) {
      scheduler.sleep(5);
    }
    broker = null;
    scheduler.end(life);
    breakCalls();
    store.openAfterCrash();
  }

  private static boolean stopIn(Broker running) {
    BrokerException refusal =
        BrokerException.of(ErrorReason.ERROR_REASON_SHUTTING_DOWN, "stopping");
    try {
      running.writer().refuse();
      boolean unused =
          running.stopWriting(refusal, CLEAN_STOP_MS) && running.stopPersisting(CLEAN_STOP_MS);
      running.stopReading();
      return true;
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a simulation", e);
    }
  }

  private void breakCalls() {
    calls.forEach(call -> call.answer(Answer.unknown()));
    calls.clear();
  }

  /** Sends a request without waiting. */
  <T> Call<T> send(Function<Broker, CompletableFuture<T>> request) {
    Call<T> call = new Call<>();
    Broker running = broker;
    Pool threads = network;
    Timer timer = delays;
    if (running == null || threads == null || timer == null || faults.onTheNetwork(40)) {
      call.isLost = true;
      tally.add("requests lost");
      return call;
    }
    calls.add(call);
    Runnable arrival = () -> threads.execute(() -> receive(running, call, request));
    if (faults.onTheNetwork(12)) {
      tally.add("requests held up");
      timer.after(random.nextInt(300), arrival);
    } else {
      arrival.run();
    }
    return call;
  }

  private <T> void receive(
      Broker running, Call<T> call, Function<Broker, CompletableFuture<T>> request) {
    CompletableFuture<T> done;
    try {
      done = request.apply(running);
    } catch (BrokerException refusal) {
      done = CompletableFuture.failedFuture(refusal);
    }
    done.whenComplete((value, failure) -> reply(call, answer(value, failure)));
  }

  private <T> void reply(Call<T> call, Answer<T> answer) {
    if (faults.onTheNetwork(25)) {
      tally.add("answers lost");
    } else if (mutant == Mutant.VISIBLE_BEFORE_DURABLE && network != null) {
      network.execute(
          () -> {
            scheduler.sleep(5);
            shownDisk.forceAll();
            call.answer(answer);
          });
    } else {
      call.answer(answer);
    }
  }

  private static <T> Answer<T> answer(@Nullable T value, @Nullable Throwable failure) {
    if (value != null) {
      return Answer.of(value);
    }
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof BrokerException refusal) {
      return refused(refusal);
    }
    throw new AssertionError("NO_DEFECT: a call failed: " + cause, cause);
  }

  /** Shows a refusal as a client sees it. */
  static <T> Answer<T> refused(BrokerException refusal) {
    return Answer.refused(
        refusal.reason().name().substring(REASON_PREFIX.length()), refusal.metadata());
  }

  /** A request under way. */
  final class Call<T> {
    private final Scheduler.SimSignal answered = scheduler.new SimSignal();
    private @Nullable Answer<T> answer;
    private boolean isLost;

    private void answer(Answer<?> told) {
      @SuppressWarnings("unchecked") // unknown, or this call's own
      Answer<T> own = (Answer<T>) told;
      if (answer == null) {
        answer = own;
      }
      answered.raise();
    }

    /** Waits for the answer; after that time the outcome is open. */
    Answer<T> await(long timeoutMs) {
      if (isLost) {
        scheduler.sleep(1 + random.nextInt(20));
        return Answer.unknown();
      }
      long endMs = scheduler.nowMs() + timeoutMs;
      while (answer == null && scheduler.nowMs() < endMs) {
        boolean unused = scheduler.await(answered, Math.max(1, endMs - scheduler.nowMs()));
      }
      Answer<T> told = answer == null ? Answer.unknown() : answer;
      answer = told;
      calls.remove(this);
      return UNAVAILABLE.contains(told.reason()) ? Answer.unknown() : told;
    }
  }

  /** Runs something on a thread of the daemon, as what hangs on a connection does. */
  void onTheDaemon(Consumer<Broker> task) {
    Broker running = broker;
    Pool threads = network;
    if (running != null && threads != null) {
      threads.execute(() -> task.accept(running));
    }
  }
}
