package dev.eider.it;

import dev.eider.client.EiderClient;
import dev.eider.client.RunPublisher;
import dev.eider.client.RunSubscription;
import dev.eider.v1.Event;
import dev.eider.v1.Run;
import dev.eider.v1.RunOutcome;
import io.grpc.Channel;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Publishes one recorded run through the client while others read it: one from the start, one that
 * joins midway, and after the end one from the start, one from somewhere, and a cold one. Its
 * result is what the first of them got; all got the same. Runs on one thread.
 */
final class RunPlay implements Callable<StreamChecker> {
  private static final Duration SOON = Duration.ofSeconds(60);

  private final EiderClient client;
  private final Channel channel;
  private final RecordedRun run;
  private final Random random;

  /** Reads over a channel of its own and publishes through the client. */
  RunPlay(EiderClient client, Channel channel, RecordedRun run, Random random) {
    this.client = client;
    this.channel = channel;
    this.run = run;
    this.random = random;
  }

  @Override
  public StreamChecker call() throws Exception {
    List<Event> events = run.events();
    RunReader fromStart = RunReader.fromStart(channel, run.runId());
    client.openRun(run.runId(), run.labels());
    int half = events.size() / 2;
    publish(events.subList(0, half), 1);
    int afterSeq = random.nextInt(half);
    StreamChecker midway = StreamChecker.after(run.runId(), afterSeq);
    try (RunSubscription joined = client.subscribe(run.runId(), afterSeq)) {
      publish(events.subList(half, events.size()), half + 1);
      Run closed = client.closeRun(run.runId(), RunOutcome.RUN_OUTCOME_COMPLETED);
      joined.forEachRemaining(envelope -> midway.accept(RawEnvelope.of(envelope)));

      StreamChecker live = fromStart.awaitRunClosed(SOON);
      live.shouldHaveAllUpTo(events.size());
      live.shouldHaveDigest(closed.getDigest());
      midway.shouldEqual(live);
      readAfterTheEnd(live);
      return live;
    }
  }

  /** Publishes and checks that each event got the seq it should have. */
  private void publish(List<Event> events, long firstSeq) throws Exception {
    try (RunPublisher publisher = client.publisher(run.runId())) {
      List<CompletableFuture<Long>> acks = events.stream().map(publisher::publish).toList();
      publisher.flush();
      long expected = firstSeq;
      for (CompletableFuture<Long> ack : acks) {
        long seq = ack.get(SOON.toSeconds(), TimeUnit.SECONDS);
        if (seq != expected++) {
          throw new AssertionError(run.runId() + ": acknowledged " + seq + " out of order");
        }
      }
    }
  }

  private void readAfterTheEnd(StreamChecker live) {
    try (RunReader arrivedLate = RunReader.fromStart(channel, run.runId())) {
      arrivedLate.awaitRunClosed(SOON).shouldEqual(live);
    }
    long afterSeq = random.nextInt((int) live.lastSeq());
    StreamChecker part = StreamChecker.after(run.runId(), afterSeq);
    try (RunReader somewhere =
        RunReader.open(channel, RunReader.request(run.runId(), afterSeq), part)) {
      somewhere.awaitRunClosed(SOON).shouldEqual(live);
    }
    StreamChecker cold = StreamChecker.after(run.runId(), 0);
    try (RunSubscription coldStream = client.coldStream(run.runId())) {
      coldStream.forEachRemaining(envelope -> cold.accept(RawEnvelope.of(envelope)));
    }
    cold.shouldEqual(live);
  }
}
