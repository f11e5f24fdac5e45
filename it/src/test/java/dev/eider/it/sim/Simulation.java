package dev.eider.it.sim;

import dev.eider.server.Broker;
import dev.eider.server.config.ServerConfig;
import dev.eider.server.config.Setting;
import dev.eider.server.event.EventKind;
import dev.eider.server.event.EventMatcher;
import dev.eider.server.event.LogSelection;
import dev.eider.server.event.RunId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * One life of a daemon with its clients and its faults, all of it decided by a seed: the same seed
 * gives the same life, turn by turn.
 *
 * <p>The broker is the real one, from the log to the readers; its disk, store, clock, threads and
 * network are not. {@link Faults} says what may go wrong, {@link Rule} what must hold all the same.
 */
final class Simulation {
  private static final int DISTURBANCES_MAX = 14;
  private static final int READERS_MAX = 5;
  private static final int MIRRORS_MAX = 3;

  private final Random random;
  private final Coverage coverage = new Coverage();
  private final Scheduler scheduler;
  private final Faults faults;
  private final ServerConfig config;
  private final SimDaemon daemon;
  private final Oracle oracle = new Oracle();
  private final World world;
  private final Runs runs;
  private final List<Mirror> mirrors = new ArrayList<>();
  private final boolean losesPower;
  private int clientsAtWork;

  Simulation(long seed, Mutant mutant) {
    random = new Random(seed);
    scheduler = new Scheduler(random);
    faults = new Faults(random);
    config = config(random);
    losesPower = !config.async();
    daemon = new SimDaemon(scheduler, random, faults, coverage, mutant, config);
    world = new World(scheduler, random, daemon, oracle, coverage);
    runs = new Runs(random, 1 + random.nextInt(4));
  }

  private static ServerConfig config(Random random) {
    int tailBytes = List.of(0, 500, 2_000, 1 << 20).get(random.nextInt(4));
    ServerConfig config =
        ServerConfig.defaults(Path.of("in-memory"))
            .with(Setting.SEGMENT_BYTES_MAX, 4_096)
            .with(Setting.BATCH_BYTES_MAX, 1_024L << random.nextInt(5))
            .with(Setting.TAIL_BYTES_MAX, tailBytes)
            .with(Setting.GRACE_MS, random.nextInt(300))
            .with(Setting.HEARTBEAT_MS, 100 + random.nextInt(300))
            .with(Setting.QUEUE_REQUESTS_MAX, 2 + random.nextInt(30))
            .with(Setting.UNPERSISTED_BYTES_MAX, 8_192L << random.nextInt(6))
            .with(Setting.PERSIST_LINGER_MS, random.nextInt(60))
            .with(Setting.PERSIST_BATCH_EVENTS_MAX, 1 + random.nextInt(30))
            .with(Setting.CHECKPOINT_BYTES, 1_024L << random.nextInt(4))
            .with(Setting.CHECKPOINT_IDLE_MS, 10 + random.nextInt(300))
            .with(Setting.STORE_READERS_MAX, 1 + random.nextInt(3));
    return random.nextInt(8) == 0 ? config.with("durability", "async") : config;
  }

  /**
   * Lives it.
   *
   * @throws AssertionError naming the {@link Rule} that is broken
   */
  void run() throws Throwable {
    scheduler.run(this::live);
    coverage.add("turns", scheduler.turns());
  }

  /** What has happened. */
  Coverage coverage() {
    return coverage;
  }

  private void live() {
    startDaemon();
    startClients();
    for (int n = 1 + random.nextInt(DISTURBANCES_MAX); n > 0 && clientsAtWork > 0; n--) {
      scheduler.sleep(random.nextInt(200));
      // In the middle of things, not only when all wait for the time to pass.
      for (int turns = random.nextInt(150); turns > 0; turns--) {
        scheduler.pause();
      }
      disturb();
      startDaemon();
    }
    faults.stop();
    daemon.disk().heal();
    do {
      if (daemon.mustStop()) {
        daemon.crash(false);
        startDaemon();
      }
      endRunsThatReadersWaitFor();
      scheduler.sleep(20);
    } while (clientsAtWork > 0);
    readEverything();
    mirrors.forEach(Mirror::finish);
    requireEmptyMemory();
    daemon.stop();
    startDaemon();
    oracle.finish(daemon.store());
    daemon.stop();
  }

  private void disturb() {
    boolean isDown = daemon.mustStop();
    switch (random.nextInt(9)) {
      case 0 -> daemon.crash(losesPower);
      case 1 -> daemon.crashAtTheDisk(losesPower);
      case 2 -> daemon.crashAtTheDisk(losesPower && random.nextInt(3) > 0);
      case 3 -> daemon.stop();
      case 4 -> daemon.disk().heal();
      default -> {
        faults.planOn(daemon.disk(), coverage);
        if (isDown) {
          daemon.crash(losesPower && random.nextBoolean());
        }
      }
    }
  }

  private void startDaemon() {
    while (daemon.broker() == null) {
      if (random.nextInt(3) == 0 || !faults.areOn()) {
        daemon.disk().heal();
      }
      Broker broker = daemon.start();
      if (broker != null) {
        oracle.started(broker, daemon.store());
      }
    }
  }

  private void startClients() {
    for (int i = random.nextInt(3); i >= 0; i--) {
      Producer producer = new Producer(world, runs, "p" + i, daemon.keepsProducers());
      startClient("producer-" + i, () -> producer.produce(10 + random.nextInt(40)));
    }
    for (int i = random.nextInt(2); i >= 0; i--) {
      Keeper keeper = new Keeper(world, runs, "k" + i);
      startClient("keeper-" + i, () -> keeper.keep(1 + random.nextInt(12)));
    }
    for (int i = random.nextInt(READERS_MAX); i >= 0; i--) {
      RunId runId = runs.popular();
      EventMatcher matcher = random.nextInt(3) == 0 ? matcher() : EventMatcher.ALL;
      Follower follower = new Follower(world, runId, matcher, random.nextInt(3) == 0);
      startClient("follower-" + i, follower::follow);
    }
    startClient("cold", this::readColdAtTimes);
    for (int i = random.nextInt(MIRRORS_MAX); i >= 0; i--) {
      Mirror mirror = new Mirror(world, i == 0 ? LogSelection.ALL : selection());
      mirrors.add(mirror);
      startClient("mirror-" + i, () -> mirror.follow(1 + random.nextInt(8)));
    }
  }

  private void startClient(String name, Runnable body) {
    clientsAtWork++;
    scheduler.start(
        name,
        null,
        () -> {
          body.run();
          clientsAtWork--;
        });
  }

  private EventMatcher matcher() {
    return random.nextBoolean()
        ? new EventMatcher(
            Set.of(EventKind.TURN_START), Set.of(), Integer.MIN_VALUE, Integer.MAX_VALUE)
        : new EventMatcher(Set.of(), Set.of(), 1, 2);
  }

  private LogSelection selection() {
    return switch (random.nextInt(4)) {
      case 0 -> LogSelection.ALL;
      case 1 -> new LogSelection(matcher(), Map.of());
      case 2 -> new LogSelection(EventMatcher.ALL, Map.of("keeper", "k0"));
      default -> new LogSelection(matcher(), Map.of("keeper", "k1"));
    };
  }

  private void readColdAtTimes() {
    for (int n = random.nextInt(6); n > 0; n--) {
      scheduler.sleep(random.nextInt(200));
      if (daemon.broker() != null) {
        boolean unused = new ColdFollower(world, runs.any()).read();
      }
    }
  }

  /** Readers wait for their run's end; once the producers are done, nobody else brings it about. */
  private void endRunsThatReadersWaitFor() {
    Keeper keeper = new Keeper(world, runs, "end" + scheduler.nowMs());
    for (RunId runId : runs.all()) {
      keeper.open(runId);
      keeper.close(runId);
    }
  }

  private void readEverything() {
    Set<RunId> all = new TreeSet<>(oracle.runIds());
    Broker broker = daemon.broker();
    if (broker != null) {
      // Also those whose opening was never answered.
      broker.hub().runs().forEach(tail -> all.add(tail.run().runId()));
    }
    for (RunId runId : all) {
      new Keeper(world, runs, "last").close(runId);
      new Follower(world, runId, EventMatcher.ALL, false).follow();
      boolean isRead = new ColdFollower(world, runId).read();
      Rule.LIVENESS.require(isRead, "run %s cannot be read cold", runId);
      if (oracle.parent(runId) != null && daemon.store().content().run(runId) != null) {
        new TimelineReader(world, runId).read();
      }
    }
  }

  private void requireEmptyMemory() {
    Broker broker = daemon.broker();
    long endMs = scheduler.nowMs() + 10_000;
    while (broker != null && scheduler.nowMs() < endMs && !isEmpty(broker)) {
      scheduler.sleep(50);
    }
    Rule.BOUNDS.require(
        broker != null && isEmpty(broker),
        "%s",
        broker == null
            ? "the daemon is gone"
            : broker.hub().runCount()
                + " runs in memory, "
                + broker.hub().tailBytes()
                + " bytes, "
                + broker.readers().registry().count()
                + " readers at the end");
  }

  private static boolean isEmpty(Broker broker) {
    return broker.hub().runCount() == 0
        && broker.hub().tailBytes() == 0
        && broker.readers().registry().count() == 0;
  }
}
