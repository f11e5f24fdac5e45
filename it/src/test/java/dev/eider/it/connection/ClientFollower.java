package dev.eider.it.connection;

import dev.eider.client.EiderClient;
import dev.eider.client.RunSubscription;
import dev.eider.it.ProducedNumbers;
import dev.eider.it.RawEnvelope;
import dev.eider.it.StreamChecker;
import dev.eider.v1.SubscribeRequest;
import dev.eider.v1.SubscribeResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;

/**
 * Follows a run with the Java client from its start to its close, through whatever happens to the
 * connection, and holds what comes to the promises of a stream.
 *
 * <p>Reads on a thread of its own; the methods may be called from any.
 */
final class ClientFollower {
  private final String runId;
  private final StreamChecker checker;
  private final ProducedNumbers numbers = new ProducedNumbers();
  private final CompletableFuture<StreamChecker> done = new CompletableFuture<>();
  private volatile long lastSeq;

  private ClientFollower(String runId) {
    this.runId = runId;
    this.checker = StreamChecker.after(runId, 0);
  }

  /** Begins to follow a run, which need not be there yet. */
  static ClientFollower of(EiderClient client, String runId) {
    ClientFollower follower = new ClientFollower(runId);
    FaultyNetwork.start("follower-" + runId, () -> follower.follow(client));
    return follower;
  }

  private void follow(EiderClient client) {
    SubscribeRequest request =
        SubscribeRequest.newBuilder().setRunId(runId).setWaitForRun(true).setMaxBatch(100).build();
    try (RunSubscription events = client.subscribe(request)) {
      while (events.hasNext()) {
        RawEnvelope envelope = RawEnvelope.of(events.next());
        checker.accept(envelope);
        numbers.accept(envelope);
        lastSeq = envelope.seq();
      }
      SubscribeResponse.RunClosed end = events.runClosed().orElseThrow();
      checker.shouldHaveAllUpTo(end.getFinalSeq());
      checker.shouldHaveDigest(end.getDigest());
      done.complete(checker);
    } catch (RuntimeException | AssertionError broken) {
      done.completeExceptionally(broken);
    }
  }

  long lastSeq() {
    return lastSeq;
  }

  String runId() {
    return runId;
  }

  /** Waits until an event has come; fails when the stream broke its promise before. */
  void awaitSeq(long seq, Duration atMost) {
    Awaitility.await("seq " + seq + " of " + runId)
        .atMost(atMost)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> lastSeq >= seq || done.isCompletedExceptionally());
    if (done.isCompletedExceptionally()) {
      done.join();
    }
  }

  /** Waits until the run is closed and has been read to its end. */
  StreamChecker awaitRunClosed(Duration atMost) {
    return done.orTimeout(atMost.toMillis(), java.util.concurrent.TimeUnit.MILLISECONDS).join();
  }

  /** What a publisher was told is what came; to be called after the end. */
  void shouldHold(NumberedPublisher publisher) {
    Map<Long, Long> acks = publisher.acks();
    numbers.shouldHold(runId, publisher.producer(), acks, 0);
  }
}
