package dev.eider.it.connection;

import dev.eider.client.EiderClient;
import dev.eider.client.RunSubscription;
import dev.eider.it.ColdRead;
import dev.eider.it.RawEnvelope;
import dev.eider.it.testkit.History;
import dev.eider.it.testkit.Reader;
import dev.eider.it.testkit.RuleBook;
import dev.eider.it.testkit.workload.Plays;
import dev.eider.v1.SubscribeRequest;
import dev.eider.v1.SubscribeResponse.RunClosed;
import io.grpc.Channel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/**
 * Follows a run with the Java client from its start to its close, through whatever happens to the
 * connection, and records it.
 *
 * <p>Reads on a thread of its own; the methods may be called from any.
 */
final class ClientFollower {
  private final History history;
  private final String runId;
  private final CompletableFuture<Long> done = new CompletableFuture<>();
  private volatile long lastSeq;

  private ClientFollower(History history, String runId) {
    this.history = history;
    this.runId = runId;
  }

  /** Begins to follow a run, which need not be there yet. */
  static ClientFollower of(EiderClient client, History history, String runId) {
    ClientFollower follower = new ClientFollower(history, runId);
    FaultyNetwork.start("follower-" + runId, () -> follower.follow(client));
    return follower;
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
      done.complete(end.getFinalSeq());
    } catch (RuntimeException | AssertionError broken) {
      done.completeExceptionally(broken);
    }
  }

  long lastSeq() {
    return lastSeq;
  }

  /** Waits until an event has come. */
  void awaitSeq(long seq, Duration atMost) {
    Awaitility.await("seq " + seq + " of " + runId)
        .atMost(atMost)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> lastSeq >= seq || done.isCompletedExceptionally());
    if (done.isCompletedExceptionally()) {
      done.join();
    }
  }

  /** Waits until the run is closed and was read to its end, which is the last published. */
  void awaitEnd(long published, Duration atMost) {
    long finalSeq = done.orTimeout(atMost.toMillis(), TimeUnit.MILLISECONDS).join();
    if (finalSeq != published) {
      throw new AssertionError(runId + " has " + finalSeq + " events of " + published);
    }
  }

  /** Takes what DuckDB has for the truth. */
  void recordFinalLog(Channel channel) {
    history.finalLog(
        runId, ColdRead.of(channel, runId).events().stream().map(Plays::stored).toList());
  }

  /** Does both, and judges what was recorded. */
  void shouldHold(long published, Channel channel, Duration atMost) {
    awaitEnd(published, atMost);
    recordFinalLog(channel);
    RuleBook.check(history);
  }
}
