package dev.eider.it.fuzz;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.eider.it.ColdRead;
import dev.eider.it.Daemon;
import dev.eider.it.RunCalls;
import dev.eider.it.testkit.History;
import dev.eider.it.testkit.RuleBook;
import dev.eider.it.testkit.grpc.GrpcWire;
import dev.eider.it.testkit.workload.Following;
import dev.eider.it.testkit.workload.Habits;
import dev.eider.it.testkit.workload.Player;
import dev.eider.it.testkit.workload.Plays;
import dev.eider.it.testkit.workload.RunBook;
import dev.eider.it.testkit.workload.Stage;
import dev.eider.it.testkit.workload.Tally;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;

/**
 * Somebody decent on a connection of their own: publishes to a run and follows it, while others do
 * what they do. Owned by the test thread.
 */
final class Control implements AutoCloseable {
  static final String RUN_PREFIX = "control-";

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int EVENTS_MIN = 20;
  private static final int PATIENCE_MS = 10_000;

  private final Daemon daemon;
  private final Stage stage;
  private final String runId;
  private final Player player;
  private final Following following;
  private final ExecutorService threads = Executors.newFixedThreadPool(2);
  private final Future<?> playing;
  private final Future<?> reading;

  Control(Daemon daemon, String name) {
    this.daemon = daemon;
    RunBook book = new RunBook(RUN_PREFIX + name + "-", 1);
    runId = book.all().get(0);
    stage =
        new Stage(
            new GrpcWire(daemon.channel(), PATIENCE_MS),
            new History(),
            book,
            new Tally(),
            Habits.publishing(1, 400, 2));
    Random random = new Random(name.hashCode());
    player = new Player("p", stage, random);
    following = new Following(stage, "the reader", runId, null);
    playing = threads.submit(player);
    reading = threads.submit(() -> following.follow(new Random(1), false));
  }

  /**
   * Ends the run, and judges it: every event was stored once, and live and cold are the same.
   * Returns how many.
   */
  int finish() {
    Awaitility.await("decent events")
        .atMost(SOON)
        .until(() -> stage.tally().count(Tally.EVENTS) >= EVENTS_MIN || playing.isDone());
    player.stop();
    join(playing);
    new RunCalls(daemon).close(runId);
    join(reading);
    stage
        .history()
        .finalLog(
            runId,
            ColdRead.of(daemon.channel(), runId).events().stream().map(Plays::stored).toList());
    RuleBook.check(stage.history());
    return (int) stage.tally().count(Tally.EVENTS);
  }

  private void join(Future<?> work) {
    try {
      work.get(SOON.toSeconds(), SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError("the control failed" + daemon.logEnd(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  @Override
  public void close() {
    player.stop();
    threads.shutdownNow();
  }
}
