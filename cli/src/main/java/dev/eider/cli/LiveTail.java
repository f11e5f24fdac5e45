package dev.eider.cli;

import dev.eider.client.EiderClient;
import dev.eider.client.RunSubscription;
import dev.eider.v1.EventEnvelope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Follows a run on its own thread, {@code demo-tail}, which ends with the run or with the
 * subscription. Its results belong to the caller of {@link #awaitEnd} once that has returned.
 */
final class LiveTail implements AutoCloseable {
  private final RunSubscription subscription;
  private final Consumer<EventEnvelope> onEvent;
  private final List<EventEnvelope> received = new ArrayList<>();
  private final Thread thread = new Thread(this::follow, "demo-tail");
  private @Nullable RuntimeException failure;

  private LiveTail(RunSubscription subscription, Consumer<EventEnvelope> onEvent) {
    this.subscription = subscription;
    this.onEvent = onEvent;
  }

  /** Begins to follow a run from its first event; {@code onEvent} runs on the tail's thread. */
  static LiveTail start(EiderClient client, String runId, Consumer<EventEnvelope> onEvent) {
    LiveTail tail = new LiveTail(client.subscribe(runId, 0), onEvent);
    tail.thread.setDaemon(true);
    tail.thread.start();
    return tail;
  }

  /** Blocks until the run has ended and returns what arrived; fails after {@code deadline}. */
  List<EventEnvelope> awaitEnd(Duration deadline) {
    try {
      thread.join(deadline.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CliFailure.failed("interrupted while a subscriber was catching up");
    }
    if (thread.isAlive()) {
      throw CliFailure.failed(
          "the subscriber was not done " + deadline.toSeconds() + " s after the run was closed");
    }
    if (failure != null) {
      throw failure;
    }
    return List.copyOf(received);
  }

  @Override
  public void close() {
    subscription.close();
  }

  private void follow() {
    try {
      while (subscription.hasNext()) {
        EventEnvelope envelope = subscription.next();
        received.add(envelope);
        onEvent.accept(envelope);
      }
    } catch (RuntimeException e) {
      failure = e;
    }
  }
}
