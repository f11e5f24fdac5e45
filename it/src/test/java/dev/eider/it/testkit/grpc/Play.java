package dev.eider.it.testkit.grpc;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.it.Daemon;
import dev.eider.it.Events;
import dev.eider.it.RunCalls;
import dev.eider.it.RunReader;
import dev.eider.it.testkit.History;
import dev.eider.it.testkit.RuleBook;
import dev.eider.it.testkit.workload.Follower;
import dev.eider.it.testkit.workload.Habits;
import dev.eider.it.testkit.workload.MirrorReader;
import dev.eider.it.testkit.workload.Player;
import dev.eider.it.testkit.workload.RunBook;
import dev.eider.it.testkit.workload.Stage;
import dev.eider.it.testkit.workload.Tally;
import dev.eider.it.testkit.workload.Visitor;
import dev.eider.v1.SubscribeAllRequest;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;

/**
 * Players, a follower of every run, visitors and a mirror on a real daemon, from the first request
 * to the judgement of the whole history. What happens to the daemon meanwhile is the test's
 * business. Owned by the test thread.
 */
public final class Play implements AutoCloseable {
  private static final int PLAYERS = 4;
  private static final int VISITORS = 2;
  public static final Duration SOON = Duration.ofSeconds(60);

  private final Daemon daemon;
  public final Stage stage;
  private final List<Player> players = new ArrayList<>();
  private final List<Visitor> visitors = new ArrayList<>();
  private final Follower follower;
  private final MirrorReader mirror;
  private final ManagedChannel playersChannel;
  private final ManagedChannel readersChannel;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Future<Void>> writing = new ArrayList<>();
  private final List<Future<Void>> reading = new ArrayList<>();
  private long cutsBefore;

  /** Begins; run ids and names begin with the name, which must be new to the daemon. */
  public Play(Daemon daemon, String name, Habits habits, Random random) {
    this.daemon = daemon;
    playersChannel = newChannel();
    readersChannel = newChannel();
    RunBook book = new RunBook(name + "-", habits.runsAtATime());
    stage = new Stage(new GrpcWire(playersChannel), new History(), book, new Tally(), habits);
    for (int i = 1; i <= PLAYERS; i++) {
      players.add(new Player(name + "p" + i, stage, new Random(random.nextLong())));
    }
    Stage readers = stage.over(new GrpcWire(readersChannel));
    for (int i = 0; i < VISITORS; i++) {
      visitors.add(new Visitor("visitor", readers, new Random(random.nextLong())));
    }
    follower = new Follower(readers);
    mirror =
        new MirrorReader(
            "mirror",
            readers,
            new Random(random.nextLong()),
            SubscribeAllRequest.getDefaultInstance());
    players.forEach(this::write);
    visitors.forEach(this::read);
    read(follower);
    read(mirror);
  }

  private ManagedChannel newChannel() {
    return Grpc.newChannelBuilder(daemon.target(), InsecureChannelCredentials.create())
        .maxInboundMessageSize(64 << 20)
        .build();
  }

  /** Has somebody else take part, who ends by himself when the play is over. */
  public void write(Callable<Void> work) {
    writing.add(threads.submit(work));
  }

  private void read(Callable<Void> work) {
    reading.add(threads.submit(work));
  }

  public Tally tally() {
    return stage.tally();
  }

  /**
   * Kills the daemon, does something while it is dead, and starts it again; everybody keeps trying,
   * on the connections they have.
   */
  public void kill(Runnable meanwhile) {
    daemon.kill9();
    meanwhile.run();
    daemon.restart();
    isBack();
  }

  /** Has everybody try at once, since the daemon was started again. */
  public void isBack() {
    cutsBefore = tally().count("streams cut");
    playersChannel.resetConnectBackoff();
    readersChannel.resetConnectBackoff();
  }

  /** Waits until something was counted so many times more. */
  public void await(String what, long more) {
    long enough = tally().count(what) + more;
    await(more + " x " + what, () -> tally().count(what) >= enough);
  }

  private void await(String what, BooleanSupplier isThere) {
    Awaitility.await(what)
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(1))
        .until(() -> isThere.getAsBoolean() || hasFailed());
    shouldGoOn();
  }

  private boolean hasFailed() {
    return writing.stream().anyMatch(Future::isDone) || reading.stream().anyMatch(Future::isDone);
  }

  private void shouldGoOn() {
    writing.stream().filter(Future::isDone).forEach(Play::join);
    reading.stream().filter(Future::isDone).forEach(Play::join);
  }

  /** Waits until the follower has come as far as the runs have by now. */
  public void shouldBeFollowed() {
    Map<String, Long> heads = new RunCalls(daemon).heads();
    await(
        "a follower at the head of each run",
        () ->
            stage.book().all().stream()
                .allMatch(run -> follower.reached(run) >= heads.getOrDefault(run, 0L)));
  }

  /** No reader's stream has ended since the play began or the daemon came back. */
  public void shouldHaveItsReaders() {
    shouldGoOn();
    assertThat(tally().count("streams cut")).as("streams cut").isEqualTo(cutsBefore);
  }

  /** Each run is there up to some seq, without a gap, and can be published to; ends the play. */
  public void shouldHoldAPrefix() {
    close();
    RunCalls calls = new RunCalls(daemon);
    Map<String, Long> heads = calls.heads();
    for (String run : stage.book().all()) {
      long head = heads.getOrDefault(run, 0L);
      try (RunReader reader = RunReader.fromStart(daemon.channel(), run)) {
        reader.awaitSeq(head, SOON);
      }
      assertThat(calls.publish(run, Events.metrics(1, 1)).getFirstSeq())
          .as(run)
          .isEqualTo(head + 1);
    }
  }

  /**
   * Lets everybody finish, reads every run once more in each way, stops the daemon cleanly, reads
   * its file, and judges it all. The daemon is down afterwards.
   */
  public void shouldHold() {
    shouldHold(() -> {});
  }

  /** Does the same, with something more to be recorded while the daemon is still up. */
  public void shouldHold(Runnable lastRecord) {
    FinalRead finalRead = finish();
    mirror.finish(place -> true);
    finalRead.live();
    lastRecord.run();
    finalRead.file();
    RuleBook.check(stage.history());
  }

  /** Does the same without the file, and but for the mirror; the daemon goes on. */
  public void shouldHoldMeanwhile() {
    finish().live();
    RuleBook.check(stage.history());
  }

  private FinalRead finish() {
    players.forEach(Player::stop);
    writing.forEach(Play::join);
    writing.clear();
    FinalRead finalRead = new FinalRead(daemon, stage);
    List<String> runIds = finalRead.closeAll();
    await("a follower at the end of each run", () -> follower.finished.containsAll(runIds));
    visitors.forEach(Visitor::stop);
    follower.stop();
    mirror.stop();
    reading.forEach(Play::join);
    return finalRead;
  }

  private static void join(Future<Void> work) {
    try {
      work.get(SOON.toSeconds(), SECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause().toString(), e.getCause());
    } catch (TimeoutException e) {
      throw new AssertionError("still busy after " + SOON, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** Stops everybody in whatever state they are. */
  @Override
  public void close() {
    players.forEach(Player::stop);
    visitors.forEach(Visitor::stop);
    follower.stop();
    mirror.stop();
    threads.shutdownNow();
    playersChannel.shutdownNow();
    readersChannel.shutdownNow();
  }
}
