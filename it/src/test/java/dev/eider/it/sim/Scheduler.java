package dev.eider.it.sim;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Says whose turn it is, and what time it is.
 *
 * <p>Every thread of a simulation is a real one, but only one runs at a time: at each {@link
 * #pause} and each wait it hands the turn to another, chosen by the seed. Between two such points a
 * thread runs undisturbed. Time moves a little with each turn, at times a lot, and to the next
 * deadline when all wait.
 *
 * <p>Methods are for the thread whose turn it is, but for {@link #run}.
 */
final class Scheduler implements InstantSource {
  private static final long START_US = 1_767_225_600_000_000L;
  private static final int TURN_US_MAX = 40;
  private static final int LEAP_US_MAX = 30_000;
  private static final long TURNS_MAX = 400_000;
  private static final long STUCK_S = 60;

  /** For all simulations, since a life has some hundred actors and most are short. */
  private static final Executor THREADS =
      Executors.newCachedThreadPool(
          body -> {
            Thread thread = new Thread(body, "sim");
            thread.setDaemon(true);
            return thread;
          });

  private final Random random;
  private final List<Actor> actors = new ArrayList<>();
  private final CountDownLatch over = new CountDownLatch(1);
  private volatile @Nullable Actor current;
  private volatile @Nullable Throwable failure;
  private volatile boolean isClosing;
  private long nowUs;
  long turns;

  Scheduler(Random random) {
    this.random = random;
  }

  /**
   * Runs the main actor, and all it starts, until it ends. Blocks.
   *
   * @throws Throwable what ended it, or any other actor without a life
   */
  void run(Runnable main) throws Throwable {
    Actor first = add("main", null, main);
    current = first;
    first.start();
    boolean isOver = over.await(STUCK_S, TimeUnit.SECONDS);
    String left = actors.toString();
    isClosing = true;
    List.copyOf(actors).forEach(Actor::wake);
    Throwable thrown = isOver ? failure : new AssertionError("a turn without end: " + left);
    if (thrown != null) {
      throw thrown;
    }
  }

  /**
   * Starts a thread; it runs when its turn comes.
   *
   * @param life ends with it; null for as long as it likes
   */
  Actor start(String name, @Nullable Span life, Runnable body) {
    Actor actor = add(name, life, body);
    actor.start();
    return actor;
  }

  private Actor add(String name, @Nullable Span life, Runnable body) {
    Actor actor = new Actor(name, life, body, 1 + random.nextInt(8));
    actors.add(actor);
    return actor;
  }

  /** Lets others have a turn. */
  void pause() {
    Actor self = self();
    dieIfOver(self);
    self.wakeAtUs = 0;
    handOver(self);
    dieIfOver(self);
  }

  /**
   * Waits until the signal is raised or the time is over.
   *
   * @return whether it was raised
   */
  boolean await(SimSignal signal, long timeoutMs) {
    Actor self = self();
    dieIfOver(self);
    if (!signal.isRaised) {
      self.wakeAtUs = nowUs + Math.max(1, timeoutMs * 1_000);
      signal.waiting = self;
      handOver(self);
      signal.waiting = null;
      dieIfOver(self);
    }
    boolean wasRaised = signal.isRaised;
    signal.isRaised = false;
    return wasRaised;
  }

  void sleep(long ms) {
    boolean unused = await(new SimSignal(), ms);
  }

  /** Ends the threads of a life, wherever they are. */
  void end(Span life) {
    life.isOver = true;
    actors.stream().filter(actor -> actor.life == life).forEach(actor -> actor.wakeAtUs = 0);
    while (actors.stream().anyMatch(actor -> actor.life == life)) {
      pause();
    }
  }

  @Override
  public Instant instant() {
    return Instant.EPOCH.plusNanos((START_US + nowUs) * 1_000);
  }

  long nowMs() {
    return nowUs / 1_000;
  }

  private Actor self() {
    if (isClosing) {
      throw new Death();
    }
    Actor self = current;
    if (self == null || self.thread != Thread.currentThread()) {
      throw new IllegalStateException(Thread.currentThread() + " runs out of turn");
    }
    return self;
  }

  private static void dieIfOver(Actor self) {
    Span life = self.life;
    if (life != null && life.isOver) {
      throw new Death();
    }
  }

  /** Gives the turn to whom it falls, and waits until it comes back. */
  private void handOver(@Nullable Actor self) {
    Actor next;
    try {
      next = choose();
    } catch (AssertionError stuck) {
      failure = stuck;
      over.countDown();
      throw new Death();
    }
    current = next;
    if (next != self) {
      next.wake();
      if (self != null) {
        self.awaitTurn();
      }
    }
  }

  private Actor choose() {
    if (++turns > TURNS_MAX) {
      throw new AssertionError("liveness: no end after " + TURNS_MAX + " turns: " + actors);
    }
    nowUs += random.nextInt(100) == 0 ? random.nextInt(LEAP_US_MAX) : random.nextInt(TURN_US_MAX);
    int weights = 0;
    long nextUs = Long.MAX_VALUE;
    for (Actor actor : actors) {
      weights += actor.wakeAtUs <= nowUs ? actor.weight : 0;
      nextUs = Math.min(nextUs, actor.wakeAtUs);
    }
    if (weights == 0) {
      nowUs = nextUs;
      return choose();
    }
    int dice = random.nextInt(weights);
    for (Actor actor : actors) {
      if (actor.wakeAtUs <= nowUs) {
        dice -= actor.weight;
        if (dice < 0) {
          return actor;
        }
      }
    }
    throw new IllegalStateException("the weights do not add up");
  }

  /** The threads of one start of the daemon: they end together, in the middle of whatever it is. */
  static final class Span {
    volatile boolean isOver;
  }

  /** What is thrown in the threads of a life that is over. */
  static final class Death extends Error {
    private static final long serialVersionUID = 1;

    Death() {
      super("over", null, false, false);
    }
  }

  /** Wakes the one actor that waits for it. */
  final class SimSignal implements dev.eider.server.base.Signal {
    private boolean isRaised;
    private @Nullable Actor waiting;

    @Override
    public void raise() {
      isRaised = true;
      Actor actor = waiting;
      if (actor != null) {
        actor.wakeAtUs = 0;
      }
    }

    @Override
    public boolean await(long timeoutMs) {
      return Scheduler.this.await(this, timeoutMs);
    }
  }

  /** A thread of the simulation. */
  final class Actor {
    private final String name;
    private final @Nullable Span life;
    private final int weight;
    private final Runnable body;
    private volatile @Nullable Thread thread;
    private long wakeAtUs;

    Actor(String name, @Nullable Span life, Runnable body, int weight) {
      this.name = name;
      this.life = life;
      this.weight = weight;
      this.body = body;
    }

    private void start() {
      THREADS.execute(
          () -> {
            thread = Thread.currentThread();
            live();
          });
    }

    /** Has it look whether it is its turn; one that has not begun will look by itself. */
    private void wake() {
      LockSupport.unpark(thread);
    }

    boolean isDone() {
      return !actors.contains(this);
    }

    @SuppressWarnings("CatchAllThrowable") // whatever ends an actor is the simulation's result
    private void live() {
      try {
        awaitTurn();
        dieIfOver(this);
        body.run();
      } catch (Death expected) {
        // its life is over
      } catch (Throwable t) {
        failure = t;
      }
      if (isClosing) {
        return;
      }
      actors.remove(this);
      if (failure != null || name.equals("main")) {
        over.countDown();
      } else {
        handOverAtEnd();
      }
    }

    private void handOverAtEnd() {
      try {
        handOver(null);
      } catch (Death stuck) {
        // told already
      }
    }

    private void awaitTurn() {
      while (current != this && !isClosing) {
        LockSupport.park(this);
      }
      if (isClosing) {
        throw new Death();
      }
    }

    @Override
    public String toString() {
      return name + (wakeAtUs <= nowUs ? " ready" : " waits " + (wakeAtUs - nowUs) + " us");
    }
  }
}
