package dev.eider.it.history;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.eider.it.Daemon;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;

/**
 * Four clients, a follower and two visitors on runs of their own, from the first request to the
 * check of the whole history. What happens to the daemon meanwhile is the test's business. Owned by
 * the test thread.
 */
final class Episode implements AutoCloseable {
  private static final int CLIENTS = 4;
  private static final int VISITORS = 2;
  private static final Duration SOON = Duration.ofSeconds(60);

  private final Daemon daemon;
  private final Tally tally;
  private final History history = new History();
  private final RunBook book;
  private final List<Client> clients = new ArrayList<>();
  private final List<Visitor> visitors = new ArrayList<>();
  private final Follower follower;
  private final ManagedChannel clientsChannel;
  private final ManagedChannel readersChannel;
  private final ExecutorService threads = Executors.newFixedThreadPool(CLIENTS + VISITORS + 1);
  private final List<Future<Void>> publishing = new ArrayList<>();
  private final List<Future<Void>> reading = new ArrayList<>();

  /** Begins; run ids and names begin with the name, which must be new to the daemon. */
  Episode(Daemon daemon, String name, Random random, Tally tally) {
    this.daemon = daemon;
    this.tally = tally;
    clientsChannel = newChannel();
    readersChannel = newChannel();
    book = new RunBook(name + "-");
    for (int i = 1; i <= CLIENTS; i++) {
      String client = name + "c" + i;
      clients.add(new Client(client, clientsChannel, history, book, tally, random.nextLong()));
    }
    for (int i = 0; i < VISITORS; i++) {
      visitors.add(new Visitor(readersChannel, history, book, random.nextLong()));
    }
    follower = new Follower(readersChannel, history, book);
    clients.forEach(client -> publishing.add(start(client)));
    visitors.forEach(visitor -> reading.add(start(visitor)));
    reading.add(start(follower));
  }

  private ManagedChannel newChannel() {
    return Grpc.newChannelBuilder(daemon.target(), InsecureChannelCredentials.create()).build();
  }

  private Future<Void> start(Callable<Void> work) {
    return threads.submit(work);
  }

  /**
   * Kills the daemon, does something while it is dead, and starts it again; everybody keeps trying,
   * on the connections they have.
   */
  void kill(Runnable meanwhile) {
    daemon.kill9();
    meanwhile.run();
    daemon.restart();
    clientsChannel.resetConnectBackoff();
    readersChannel.resetConnectBackoff();
  }

  /** Waits until some more requests have been acknowledged. */
  void awaitAcks(int more) {
    long enough = tally.acked.get() + more;
    await("acknowledged requests", () -> tally.acked.get() >= enough);
  }

  /** Waits until some more calls have ended in doubt. */
  void awaitDoubts(int more) {
    long enough = tally.doubts.get() + more;
    await("calls in doubt", () -> tally.doubts.get() >= enough);
  }

  /** Waits until some more tries have found the disk full. */
  void awaitFull(int more) {
    long enough = tally.full.get() + more;
    await("refusals for want of space", () -> tally.full.get() >= enough);
  }

  private void await(String what, Callable<Boolean> isThere) {
    Awaitility.await(what)
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(1))
        .until(() -> isThere.call() || hasFailed());
    publishing.stream().filter(Future::isDone).forEach(Episode::join);
    reading.stream().filter(Future::isDone).forEach(Episode::join);
  }

  private boolean hasFailed() {
    return publishing.stream().anyMatch(Future::isDone)
        || reading.stream().anyMatch(Future::isDone);
  }

  /**
   * Lets everybody finish, reads every run once more in each way, stops the daemon cleanly, reads
   * its file, and checks it all. The daemon is down afterwards.
   */
  void shouldHold() {
    clients.forEach(Client::stop);
    publishing.forEach(Episode::join);
    publishing.clear();
    FinalRead finalRead = new FinalRead(daemon, history, book);
    List<String> runIds = finalRead.closeAll();
    await("a follower at the end of each run", () -> follower.finished().containsAll(runIds));
    visitors.forEach(Visitor::stop);
    follower.stop();
    reading.forEach(Episode::join);
    finalRead.live();
    finalRead.file();
    HistoryChecker.check(history);
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
    clients.forEach(Client::stop);
    visitors.forEach(Visitor::stop);
    follower.stop();
    threads.shutdownNow();
    clientsChannel.shutdownNow();
    readersChannel.shutdownNow();
  }
}
