package dev.eider.it.history;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import dev.eider.it.Refusal;
import dev.eider.v1.BrokerServiceGrpc;
import dev.eider.v1.Producer;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.PublishStreamRequest;
import dev.eider.v1.PublishStreamResponse;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends a row of requests on a PublishStream without waiting for answers, and those that were not
 * answered again, in the same order. Owned by one thread; answers come on the connection's.
 */
final class Pipelining {
  private static final int REQUESTS_MAX = 20;
  private static final int TRIES_MAX = 10_000;
  private static final Set<String> TRY_AGAIN =
      Set.of("", "OVERLOADED", "STORAGE_FULL", "STORAGE_UNAVAILABLE", "SHUTTING_DOWN");

  /** A request of the row, and where it is written down. */
  private record Sent(PublishRequest publish, Request request) {
    boolean isAnswered() {
      return request.outcome() != Request.Outcome.UNKNOWN;
    }
  }

  private final String producer;
  private final Channel channel;
  private final History history;
  private final RunBook book;
  private final Tally tally;
  private final Random random;
  private final Map<String, Long> nextByRun = new HashMap<>();
  private int eventsMade;

  Pipelining(
      String producer, Channel channel, History history, RunBook book, Tally tally, Random random) {
    this.producer = producer;
    this.channel = channel;
    this.history = history;
    this.book = book;
    this.tally = tally;
    this.random = random;
  }

  /** Blocks until every request of a row is answered. */
  void sendRow(String runId) {
    List<Sent> open = row(runId);
    for (int tries = 0; tries < TRIES_MAX && !open.isEmpty(); tries++) {
      if (tries > 0) {
        tally.retries.addAndGet(open.size());
        LockSupport.parkNanos(MILLISECONDS.toNanos(5 + random.nextInt(100)));
      }
      String refusal = new Stream(open).run(300 + random.nextInt(1500));
      if (refusal.equals("RUN_CLOSED")) {
        open.stream().filter(sent -> !sent.isAnswered()).forEach(this::refuse);
        book.retire(runId);
      } else if (refusal.equals("PRODUCER_GAP") || refusal.equals("PRODUCER_FENCED")) {
        tally.producersLost.incrementAndGet();
        return;
      } else if (!TRY_AGAIN.contains(refusal)) {
        throw new AssertionError("a request on a PublishStream was refused with " + refusal);
      }
      open = open.stream().filter(sent -> !sent.isAnswered()).toList();
    }
  }

  private List<Sent> row(String runId) {
    List<Sent> row = new ArrayList<>();
    long next = nextByRun.getOrDefault(runId, 1L);
    for (int i = 1 + random.nextInt(REQUESTS_MAX); i > 0; i--) {
      PublishRequest.Builder publish =
          PublishRequest.newBuilder()
              .setRunId(runId)
              .setOpenIfMissing(true)
              .setProducer(Producer.newBuilder().setId(producer).setSeq(next));
      List<String> ids = new ArrayList<>();
      for (int event = 1 + random.nextInt(3); event > 0; event--) {
        ids.add(producer + "-" + ++eventsMade);
        publish.addEvents(Plays.event(producer, ids.get(ids.size() - 1)));
      }
      next += ids.size();
      Request request = history.send(runId, ids);
      if (!row.isEmpty()) {
        request.after(row.get(row.size() - 1).request());
      }
      row.add(new Sent(publish.build(), request));
    }
    nextByRun.put(runId, next);
    return row;
  }

  private void refuse(Sent sent) {
    sent.request().refused("RUN_CLOSED");
    tally.refused.incrementAndGet();
  }

  /** One call. */
  private final class Stream implements StreamObserver<PublishStreamResponse> {
    private final List<Sent> sent;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile String refusal = "";
    private volatile Throwable error;
    private int answers;

    Stream(List<Sent> sent) {
      this.sent = sent;
    }

    /** Sends all and waits for the end; returns the reason of the first refusal, if any. */
    String run(long deadlineMs) {
      StreamObserver<PublishStreamRequest> requests =
          BrokerServiceGrpc.newStub(channel)
              .withDeadlineAfter(deadlineMs, MILLISECONDS)
              .publishStream(this);
      for (Sent one : sent) {
        requests.onNext(PublishStreamRequest.newBuilder().setPublish(one.publish()).build());
      }
      requests.onCompleted();
      awaitEnd();
      if (error != null) {
        tally.doubts.incrementAndGet();
        Status status = Status.fromThrowable(error);
        if (!Attempts.isInDoubt(status)) {
          throw new AssertionError("a PublishStream ended with " + status, error);
        }
      }
      return refusal;
    }

    private void awaitEnd() {
      try {
        if (!ended.await(60, SECONDS)) {
          throw new AssertionError("a PublishStream outlived its deadline by a minute");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted", e);
      }
    }

    @Override
    public void onNext(PublishStreamResponse response) {
      Sent one = sent.get(answers++);
      if (response.hasError()) {
        refusal = refusal.isEmpty() ? Refusal.of(response.getError()).reason() : refusal;
        return;
      }
      one.request().acked(response.getPublished().getFirstSeq());
      tally.acked.incrementAndGet();
      tally.events.addAndGet(one.publish().getEventsCount());
      tally.repeatsFound.addAndGet(response.getPublished().getDuplicate() ? 1 : 0);
      book.heard(one.publish().getRunId(), response.getPublished().getLastSeq());
    }

    @Override
    public void onError(Throwable thrown) {
      error = thrown;
      ended.countDown();
    }

    @Override
    public void onCompleted() {
      ended.countDown();
    }
  }
}
