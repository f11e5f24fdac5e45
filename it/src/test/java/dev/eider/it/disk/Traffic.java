package dev.eider.it.disk;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.eider.it.ColdRead;
import dev.eider.it.Daemon;
import dev.eider.it.Events;
import dev.eider.it.Gate;
import dev.eider.it.ProducedNumbers;
import dev.eider.it.RunCalls;
import dev.eider.it.RunReader;
import dev.eider.it.StreamChecker;
import dev.eider.v1.Run;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;

/**
 * Publishers and readers of a few runs, through any number of full disks and deaths of the daemon,
 * and what must hold of them in the end. Owned by the test thread.
 */
final class Traffic implements AutoCloseable {
  static final Duration SOON = Duration.ofSeconds(60);
  private static final Duration OFTEN = Duration.ofMillis(5);
  private static final int PUBLISHERS_PER_RUN = 2;

  private final Daemon daemon;
  private final RunCalls calls;
  private final Gate gate = new Gate();
  private final List<String> runs;
  private final List<StubbornPublisher> publishers = new ArrayList<>();
  private final Map<String, StreamChecker> followed = new HashMap<>();
  private final Map<String, RunReader> followers = new HashMap<>();
  private final ExecutorService threads;
  private final List<Future<Void>> working = new ArrayList<>();

  /** Begins to publish and follow; each event carries that much text. */
  Traffic(Daemon daemon, int textChars, String... runs) {
    this.daemon = daemon;
    this.calls = new RunCalls(daemon);
    this.runs = List.of(runs);
    for (String run : runs) {
      followed.put(run, StreamChecker.after(run, 0));
      for (int i = 0; i < PUBLISHERS_PER_RUN; i++) {
        publishers.add(new StubbornPublisher(daemon, gate, run, run + "-" + i, textChars));
      }
    }
    threads = Executors.newFixedThreadPool(publishers.size());
    publishers.forEach(publisher -> working.add(threads.submit(publisher)));
    goOn();
  }

  /** Publishes and follows, for the first time or on where it was paused. */
  void goOn() {
    for (String run : runs) {
      if (!followers.containsKey(run)) {
        followers.put(run, RunReader.resume(daemon.channel(), run, followed.get(run)));
      }
    }
    gate.open();
  }

  /** Lets publishers rest; the readers follow on. */
  void pausePublishing() {
    gate.close();
  }

  void publishOn() {
    gate.open();
  }

  /** To be called when the daemon is dead: waits for the readers' streams to end. */
  void daemonIsGone() {
    gate.close();
    followers.values().forEach(follower -> follower.awaitEnd(SOON));
    followers.clear();
  }

  long acked() {
    return publishers.stream().mapToLong(StubbornPublisher::ackCount).sum();
  }

  long refusals(String reason) {
    return publishers.stream().mapToLong(publisher -> publisher.refusals(reason)).sum();
  }

  Map<String, Long> refusals() {
    Map<String, Long> all = new TreeMap<>();
    publishers.forEach(
        publisher ->
            publisher.refusals().forEach((reason, count) -> all.merge(reason, count, Long::sum)));
    return all;
  }

  void awaitAcked(long more) {
    long enough = acked() + more;
    await(more + " events more are acknowledged", () -> acked() >= enough);
  }

  void awaitRefused(String reason, long more) {
    long enough = refusals(reason) + more;
    await(more + " requests are refused with " + reason, () -> refusals(reason) >= enough);
  }

  private void await(String what, BooleanSupplier isThere) {
    Awaitility.await(what)
        .atMost(SOON)
        .pollInterval(OFTEN)
        .until(() -> isThere.getAsBoolean() || working.stream().anyMatch(Future::isDone));
    working.stream().filter(Future::isDone).forEach(this::join);
  }

  /** No reader's stream has ended: what is in memory needs no disk. */
  void shouldHaveItsReaders() {
    followers.forEach(
        (run, follower) -> {
          if (follower.hasEnded()) {
            throw new AssertionError(run + " ended with " + follower.awaitEnd(SOON));
          }
        });
  }

  /** No reader's stream has ended, and each gets as far as the run. */
  void shouldBeFollowed() {
    for (String run : runs) {
      followers.get(run).awaitSeq(calls.heads().getOrDefault(run, 0L), SOON);
    }
  }

  /** What was acknowledged or seen before is there, read anew from the start. */
  void shouldHoldWhatWasAckedAndSeen() {
    for (String run : runs) {
      ProducedNumbers numbers = new ProducedNumbers();
      StreamChecker anew = StreamChecker.after(run, 0);
      try (RunReader reader =
          RunReader.open(daemon.channel(), RunReader.request(run, 0), anew, numbers::accept)) {
        reader.awaitSeq(calls.heads().getOrDefault(run, 0L), SOON);
      }
      anew.shouldContain(followed.get(run));
      publishers.stream()
          .filter(publisher -> publisher.runId().equals(run))
          .forEach(publisher -> publisher.shouldBeIn(numbers));
    }
  }

  /** Each run is there up to some seq, as far as it goes without a gap, and can be published to. */
  void shouldHoldAPrefixOfWhatWasAcked() {
    for (String run : runs) {
      long head = calls.heads().getOrDefault(run, 0L);
      ProducedNumbers numbers = new ProducedNumbers();
      StreamChecker anew = StreamChecker.after(run, 0);
      try (RunReader reader =
          RunReader.open(daemon.channel(), RunReader.request(run, 0), anew, numbers::accept)) {
        reader.awaitSeq(head, SOON);
      }
      long next = calls.publish(run, Events.metrics(1, 1)).getFirstSeq();
      if (next != head + 1) {
        throw new AssertionError(run + " ends at " + head + " and goes on with " + next);
      }
    }
  }

  /** Ends it on a healthy daemon: everything acknowledged is there once, live and cold. */
  void finish() {
    publishers.forEach(StubbornPublisher::stop);
    goOn();
    working.forEach(this::join);
    for (String run : runs) {
      Run closed = calls.close(run);
      StreamChecker live = followers.get(run).awaitRunClosed(SOON);
      live.shouldHaveAllUpTo(closed.getHeadSeq());
      ColdRead cold = ColdRead.of(daemon.channel(), run);
      cold.checker().shouldEqual(live);
      cold.checker().shouldHaveDigest(closed.getDigest());
      ProducedNumbers numbers = new ProducedNumbers();
      cold.events().forEach(numbers::accept);
      publishers.stream()
          .filter(publisher -> publisher.runId().equals(run))
          .forEach(publisher -> publisher.shouldBeIn(numbers));
    }
  }

  /** Prints what it did. */
  void report(String test) {
    System.out.printf("%s: %d events, refused %s%n", test, acked(), refusals());
  }

  private void join(Future<Void> publisher) {
    try {
      publisher.get(SOON.toSeconds(), SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError("a publisher failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  @Override
  public void close() {
    publishers.forEach(StubbornPublisher::stop);
    gate.open();
    followers.values().forEach(RunReader::close);
    threads.shutdownNow();
  }
}
