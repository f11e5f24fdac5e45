package dev.eider.client;

import dev.eider.v1.SubscribeAllRequest;
import io.grpc.ManagedChannel;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongSupplier;

/** Wires a client, creates publishers and readers, and closes them all. Thread-safe. */
final class ClientParts {
  private static final long CLOSE_STEP_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final ClientConfig config;
  private final LongSupplier nanoTime = System::nanoTime;
  private final Backoff backoff;
  private final ClientWorker worker = new ClientWorker();
  private final ClientTransport transport;
  private final UnaryCalls calls;
  private final PublishLink link;
  private final AtomicLong nextLaneId = new AtomicLong(1);
  private final Set<AutoCloseable> readers = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean closed = new AtomicBoolean();

  ClientParts(ClientConfig config) {
    this.config = config;
    this.backoff =
        new Backoff(config.backoffMin().toNanos(), config.backoffMax().toNanos(), new Random());
    this.transport = new ClientTransport(config, worker);
    long deadlineNanos = config.callDeadline().toNanos();
    this.calls = new UnaryCalls(channel(), deadlineNanos, backoff, nanoTime);
    this.link = new PublishLink(channel(), worker, deadlineNanos, backoff, nanoTime);
  }

  static PendingBudget budgetOf(PublisherConfig publishing) {
    return new PendingBudget(publishing.pendingEventsMax(), publishing.pendingBytesMax());
  }

  ManagedChannel channel() {
    return transport.channel();
  }

  UnaryCalls calls() {
    return calls;
  }

  RunCloser closer() {
    return new RunCloser(channel(), worker, config.callDeadline().toNanos(), backoff, nanoTime);
  }

  RunPublisher publisher(String runId, PublisherConfig publishing, PendingBudget budget) {
    requireOpen();
    String producerId =
        publishing.producerId().isEmpty() ? UUID.randomUUID().toString() : publishing.producerId();
    PublishLane lane =
        new PublishLane(
            nextLaneId.getAndIncrement(),
            runId,
            new PublishWindow(runId, producerId, publishing),
            budget,
            new RetryState(backoff, publishing.retryTimeout().toNanos()),
            nanoTime);
    RunPublisher publisher =
        new RunPublisher(
            lane,
            link,
            worker,
            budget,
            publishing,
            publishing.retryTimeout().plus(config.callDeadline()));
    if (closed.get()) {
      // The worker may have ended, and with it the link that would have failed the lane.
      lane.fail(PublishLink.clientClosed());
    }
    return publisher;
  }

  RunSubscription reader(StreamSource source) {
    return reader(wiring -> new RunSubscription(source, wiring));
  }

  AllRunsSubscription reader(SubscribeAllRequest request) {
    return reader(wiring -> new AllRunsSubscription(request, channel(), wiring));
  }

  private <T extends AutoCloseable> T reader(Function<ResumingStream.Wiring, T> make) {
    requireOpen();
    T reader =
        make.apply(
            new ResumingStream.Wiring(
                new RetryState(backoff, config.resumeTimeout().toNanos()),
                config.idleTimeout().toNanos(),
                channel(),
                nanoTime,
                readers::remove));
    readers.add(reader);
    if (closed.get()) {
      closeReader(reader);
    }
    return reader;
  }

  private static void closeReader(AutoCloseable reader) {
    try {
      reader.close();
    } catch (Exception e) {
      throw new IllegalStateException("readers close without failing", e);
    }
  }

  /** Closes readers, publishers, calls and threads, in this order. Blocks. */
  void close() {
    worker.requireOtherThread("close");
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    List.copyOf(readers).forEach(ClientParts::closeReader);
    CountDownLatch linkClosed = new CountDownLatch(1);
    worker.execute(
        () -> {
          link.close();
          linkClosed.countDown();
        });
    try {
      linkClosed.await(CLOSE_STEP_NANOS, TimeUnit.NANOSECONDS);
      transport.close(CLOSE_STEP_NANOS);
      worker.close(CLOSE_STEP_NANOS);
    } catch (InterruptedException e) {
      // The shutdown goes on in the background; all threads are daemons.
      transport.abandon();
      worker.abandon();
      Thread.currentThread().interrupt();
    }
  }

  private void requireOpen() {
    if (closed.get()) {
      throw new IllegalStateException("the client is closed");
    }
  }
}
