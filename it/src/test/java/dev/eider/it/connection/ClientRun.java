package dev.eider.it.connection;

import dev.eider.client.EiderClient;
import dev.eider.client.RunPublisher;
import dev.eider.client.RunSubscription;
import dev.eider.it.ColdRead;
import dev.eider.it.Daemon;
import dev.eider.it.RawEnvelope;
import dev.eider.it.RunCalls;
import dev.eider.it.testkit.History;
import dev.eider.it.testkit.Reader;
import dev.eider.it.testkit.Request;
import dev.eider.it.testkit.RuleBook;
import dev.eider.it.testkit.workload.Plays;
import dev.eider.v1.Event;
import dev.eider.v1.SubscribeRequest;
import dev.eider.v1.SubscribeResponse.RunClosed;
import io.grpc.Channel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.awaitility.Awaitility;

/**
 * A run that the Java client publishes to, at most about a thousand events a second until it is
 * stopped, and follows from its start to its close, through whatever happens to the connection; all
 * of it is recorded. What is lost on the way is the client's to repeat: each event must be
 * acknowledged in the end.
 *
 * <p>Publishes and reads on threads of its own; the methods may be called from any.
 */
final class ClientRun {
  private static final int TEXT_CHARS_MAX = 100;
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final History history;
  private final String runId;
  private final Function<Event, CompletableFuture<Long>> publish;
  final AtomicLong acked = new AtomicLong();
  private final CompletableFuture<Long> published = new CompletableFuture<>();
  private final CompletableFuture<Long> followed = new CompletableFuture<>();
  private volatile boolean stopped;
  volatile long lastSeq;

  private ClientRun(
      History history, String runId, Function<Event, CompletableFuture<Long>> publish) {
    this.history = history;
    this.runId = runId;
    this.publish = publish;
  }

  /** Begins to publish to where the function does, and to follow with a client. */
  static ClientRun start(
      History history,
      String runId,
      Function<Event, CompletableFuture<Long>> publish,
      EiderClient following) {
    ClientRun run = new ClientRun(history, runId, publish);
    FaultyNetwork.start("follower-" + runId, () -> run.follow(following));
    FaultyNetwork.start("publisher-" + runId, run::publishAll);
    return run;
  }

  private void publishAll() {
    CompletableFuture<?> all = CompletableFuture.completedFuture(0L);
    try {
      long number = 0;
      while (!stopped && !all.isCompletedExceptionally()) {
        number++;
        all = all.thenCombine(publishOne(runId + "/" + number), (before, now) -> 0L);
        LockSupport.parkNanos(PAUSE_NANOS);
      }
      long last = number;
      all.thenRun(() -> published.complete(last)).exceptionally(this::failed);
    } catch (RuntimeException broken) {
      failed(broken);
    }
  }

  private CompletableFuture<?> publishOne(String id) {
    Request request = history.send(runId, List.of(id));
    return publish
        .apply(Plays.event("ada", id, TEXT_CHARS_MAX))
        .thenAccept(
            seq -> {
              request.acked(seq);
              acked.incrementAndGet();
            });
  }

  private Void failed(Throwable broken) {
    published.completeExceptionally(broken);
    return null;
  }

  private void follow(EiderClient client) {
    SubscribeRequest request =
        SubscribeRequest.newBuilder().setRunId(runId).setWaitForRun(true).setMaxBatch(100).build();
    Reader reader = history.read("the client", runId, 0);
    try (RunSubscription events = client.subscribe(request)) {
      while (events.hasNext()) {
        RawEnvelope envelope = RawEnvelope.of(events.next());
        reader.saw(Plays.stored(envelope));
        lastSeq = envelope.seq();
      }
      RunClosed end = events.runClosed().orElseThrow();
      reader.caughtUp(end.getFinalSeq());
      history.closed("the client", runId, end.getFinalSeq());
      history.digest("the client", runId, end.getFinalSeq(), end.getDigest().toByteArray());
      followed.complete(end.getFinalSeq());
    } catch (RuntimeException | AssertionError broken) {
      followed.completeExceptionally(broken);
    }
  }

  boolean hasFailed() {
    return published.isCompletedExceptionally();
  }

  /** Waits until an event has come back. */
  void awaitSeq(long seq, Duration atMost) {
    Awaitility.await("seq " + seq + " of " + runId)
        .atMost(atMost)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> lastSeq >= seq || followed.isCompletedExceptionally());
    if (followed.isCompletedExceptionally()) {
      followed.join();
    }
  }

  void stop() {
    stopped = true;
  }

  /** Waits until everything is acknowledged; returns how many events that is. */
  long awaitAcks(Duration atMost) {
    return await(published, atMost);
  }

  /** Waits until the closed run was read to its end, and takes what DuckDB has for the truth. */
  void recordFinalLog(Channel channel, Duration atMost) {
    long finalSeq = await(followed, atMost);
    if (finalSeq != awaitAcks(atMost)) {
      throw new AssertionError(runId + " has " + finalSeq + " events of " + published.join());
    }
    history.finalLog(
        runId, ColdRead.of(channel, runId).events().stream().map(Plays::stored).toList());
  }

  /** Stops it, closes the run once everything is acknowledged, and judges what was recorded. */
  void shouldEndWell(RunPublisher publisher, Daemon daemon, Duration atMost) {
    stop();
    awaitAcks(atMost);
    publisher.close();
    new RunCalls(daemon).close(runId);
    recordFinalLog(daemon.channel(), atMost);
    RuleBook.check(history);
  }

  private static long await(CompletableFuture<Long> future, Duration atMost) {
    return future.copy().orTimeout(atMost.toMillis(), TimeUnit.MILLISECONDS).join();
  }
}
