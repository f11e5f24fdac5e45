package dev.eider.it.sim;

import dev.eider.it.testkit.History;
import dev.eider.it.testkit.History.Place;
import dev.eider.it.testkit.Rule;
import dev.eider.it.testkit.RuleBook;
import dev.eider.it.testkit.StoredEvent;
import dev.eider.it.testkit.workload.Following;
import dev.eider.it.testkit.workload.Habits;
import dev.eider.it.testkit.workload.MirrorReader;
import dev.eider.it.testkit.workload.Player;
import dev.eider.it.testkit.workload.Plays;
import dev.eider.it.testkit.workload.Readings;
import dev.eider.it.testkit.workload.RunBook;
import dev.eider.it.testkit.workload.Stage;
import dev.eider.it.testkit.workload.Tally;
import dev.eider.it.testkit.workload.Visitor;
import dev.eider.it.testkit.workload.Wire;
import dev.eider.server.Broker;
import dev.eider.server.api.PublishRequests;
import dev.eider.server.config.ServerConfig;
import dev.eider.server.config.Setting;
import dev.eider.server.event.LogSelection;
import dev.eider.server.event.RunId;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.store.EventRow;
import dev.eider.v1.EventFilter;
import dev.eider.v1.SubscribeAllRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

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
  private static final SubscribeAllRequest EVERYTHING = SubscribeAllRequest.getDefaultInstance();

  private final Random random;

  /** What has happened. */
  final Tally tally = new Tally();

  private final Scheduler scheduler;
  private final Faults faults;
  private final ServerConfig config;
  private final SimDaemon daemon;
  private final History history = new History();
  private final RunBook runs;
  private final Stage stage;
  private final Player last;
  private final Set<String> ended = new HashSet<>();
  private final List<Player> players = new ArrayList<>();
  private final List<MirrorReader> mirrors = new ArrayList<>();
  private final boolean losesPower;
  private int clientsAtWork;

  Simulation(long seed, Mutant mutant) {
    random = new Random(seed);
    scheduler = new Scheduler(random);
    faults = new Faults(random);
    config = config(random);
    losesPower = !config.async();
    daemon = new SimDaemon(scheduler, random, faults, tally, mutant, config);
    Habits habits = Habits.brief(1 + random.nextInt(4));
    runs = new RunBook("run-", habits.runsAtATime());
    World world = new World(scheduler, random, daemon, history, tally);
    Wire wire = new SimWire(world, new PublishRequests(config.requests(), scheduler));
    stage = new Stage(wire, history, runs, tally, habits);
    last = new Player("last", stage, random);
  }

  private static ServerConfig config(Random random) {
    int tailBytes = List.of(0, 500, 2_000, 1 << 20).get(random.nextInt(4));
    ServerConfig config =
        ServerConfig.defaults(Path.of("in-memory"))
            // The same bounds in every JVM, so that a seed is the same life.
            .withHeap(1L << 30)
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
    tally.add("turns", scheduler.turns);
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
    daemon.disk.heal();
    runs.end();
    players.forEach(Player::stop);
    do {
      if (daemon.mustStop()) {
        daemon.crash(false);
        startDaemon();
      }
      endRunsThatReadersWaitFor();
      scheduler.sleep(20);
    } while (clientsAtWork > 0);
    readEverything();
    requireEmptyMemory();
    daemon.stop();
    startDaemon();
    recordTheEnd();
    daemon.stop();
    RuleBook.check(history);
  }

  private void disturb() {
    boolean isDown = daemon.mustStop();
    switch (random.nextInt(9)) {
      case 0 -> daemon.crash(losesPower);
      case 1 -> daemon.crashAtTheDisk(losesPower);
      case 2 -> daemon.crashAtTheDisk(losesPower && random.nextInt(3) > 0);
      case 3 -> daemon.stop();
      case 4 -> daemon.disk.heal();
      default -> {
        faults.planOn(daemon.disk, tally);
        if (isDown) {
          daemon.crash(losesPower && random.nextBoolean());
        }
      }
    }
  }

  private void startDaemon() {
    while (daemon.broker == null) {
      if (random.nextInt(3) == 0 || !faults.areOn()) {
        daemon.disk.heal();
      }
      Broker unused = daemon.start();
    }
  }

  private void startClients() {
    for (int i = random.nextInt(3); i >= 0; i--) {
      Player player = new Player("p" + i, stage, random);
      players.add(player);
      startClient("player-" + i, () -> player.play(10 + random.nextInt(50)));
    }
    for (int i = random.nextInt(READERS_MAX); i >= 0; i--) {
      EventFilter filter = random.nextInt(3) == 0 ? filter() : null;
      Following following = new Following(stage, "follower-" + i, runs.pick(random), 0, filter);
      boolean mayGiveUp = random.nextInt(3) == 0;
      startClient("follower-" + i, () -> following.follow(random, mayGiveUp));
    }
    Visitor visitor = new Visitor("visitor", stage, random);
    startClient("visitor", () -> visitor.visit(random.nextInt(8)));
    for (int i = random.nextInt(MIRRORS_MAX); i >= 0; i--) {
      SubscribeAllRequest asked = i == 0 ? EVERYTHING : selection();
      MirrorReader mirror = new MirrorReader("mirror-" + i, stage, random, asked);
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

  private EventFilter filter() {
    EventFilter.Builder filter = EventFilter.newBuilder();
    return random.nextBoolean()
        ? filter.addKinds("turn_start").build()
        : filter.setTMin(1).setTMax(2).build();
  }

  private SubscribeAllRequest selection() {
    SubscribeAllRequest.Builder asked = SubscribeAllRequest.newBuilder();
    return switch (random.nextInt(4)) {
      case 0 -> EVERYTHING;
      case 1 -> asked.setFilter(filter()).build();
      case 2 -> asked.putRunLabels("player", "p0").build();
      default -> asked.setFilter(filter()).putRunLabels("player", "p1").build();
    };
  }

  /** Readers wait for their run's end; once the players are done, nobody else brings it about. */
  private void endRunsThatReadersWaitFor() {
    for (String runId : runs.played()) {
      if (!ended.contains(runId)) {
        last.open(runId);
        if (last.close(runId)) {
          ended.add(runId);
        }
      }
    }
  }

  private void readEverything() {
    Readings readings = new Readings(stage, "the last read");
    for (String runId : runs.all()) {
      last.close(runId);
      if (daemon.store.content.run(new RunId(runId)) == null) {
        continue;
      }
      new Following(stage, "the last follower", runId, 0, null).follow(random, false);
      boolean isRead =
          readings.cold(runId, 0, 0)
              && (!runs.forks().contains(runId) || readings.timeline(runId, true));
      // A deletion that nobody waited for may come to pass only now.
      Rule.LIVENESS.require(
          isRead || history.mayBeDeleted(runId), "run %s cannot be read cold", runId);
    }
    for (MirrorReader mirror : mirrors) {
      Set<Place> selected = new HashSet<>(places(SimWire.selection(mirror.selection)));
      mirror.finish(selected::contains);
    }
  }

  private List<Place> places(LogSelection selection) {
    return daemon.store.inLogOrder(selection).stream()
        .map(row -> new Place(row.runId().value(), row.seq()))
        .toList();
  }

  /** Records what the store has in the end. */
  private void recordTheEnd() {
    StoreContent content = daemon.store.content;
    for (FoldedRun run : content.runs()) {
      history.finalLog(
          run.runId().value(), content.rows(run.runId()).stream().map(Simulation::stored).toList());
    }
    history.logOrder(places(LogSelection.ALL));
  }

  private static StoredEvent stored(EventRow row) {
    return Plays.stored(row.runId().value(), row.seq(), row.encoded().bytes());
  }

  private void requireEmptyMemory() {
    Broker broker = daemon.broker;
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
