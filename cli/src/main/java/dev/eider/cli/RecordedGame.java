package dev.eider.cli;

import dev.eider.cli.arena.Game;
import dev.eider.cli.arena.World;
import dev.eider.client.EiderClient;
import dev.eider.client.RunPublisher;
import dev.eider.v1.Event;
import dev.eider.v1.EventEnvelope;
import dev.eider.v1.RunOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * A game that was played into a run while a subscriber followed it. Immutable.
 *
 * @param arrived what the subscriber got, all of the run
 * @param end the world after the last turn
 */
record RecordedGame(String runId, List<EventEnvelope> arrived, World end) {
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  /**
   * Plays on from a world into an open run, closes it, and checks that the subscriber got exactly
   * what was published. Blocks until DuckDB holds the run.
   *
   * @param written events that the run held before, by the daemon itself
   * @param onEvent gets the run's events as they arrive, on another thread
   * @throws CliFailure if an event was lost, repeated, reordered or changed
   */
  static RecordedGame play(
      EiderClient client,
      String runId,
      World start,
      int written,
      Consumer<Event> beforeEach,
      Consumer<EventEnvelope> onEvent) {
    List<Event> published = new ArrayList<>();
    List<CompletableFuture<Long>> seqs = new ArrayList<>();
    try (LiveTail tail = LiveTail.start(client, runId, onEvent)) {
      World end;
      try (RunPublisher publisher = client.publisher(runId)) {
        end =
            Game.play(
                start,
                event -> {
                  beforeEach.accept(event);
                  published.add(event);
                  seqs.add(publisher.publish(event));
                });
        publisher.flush();
      }
      requireConsecutive(seqs, written);
      client.closeRun(runId, RunOutcome.RUN_OUTCOME_COMPLETED);
      List<EventEnvelope> arrived = tail.awaitEnd(DEADLINE);
      requireSame(published, arrived, written);
      return new RecordedGame(runId, arrived, end);
    }
  }

  private static void requireConsecutive(List<CompletableFuture<Long>> seqs, int written) {
    for (int i = 0; i < seqs.size(); i++) {
      long expected = written + i + 1L;
      long seq = await(seqs.get(i));
      if (seq != expected) {
        throw CliFailure.failed("event " + expected + " was acknowledged as seq " + seq);
      }
    }
  }

  private static long await(CompletableFuture<Long> seq) {
    try {
      return seq.get(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CliFailure.failed("interrupted while waiting for an acknowledgement");
    } catch (ExecutionException e) {
      throw CliFailure.failed("an event was refused: " + e.getCause());
    } catch (TimeoutException e) {
      throw CliFailure.failed("no acknowledgement within " + DEADLINE.toSeconds() + " s");
    }
  }

  /** Compares what arrived with what was published, after the first {@code written} events. */
  static void requireSame(List<Event> published, List<EventEnvelope> arrived, int written) {
    if (arrived.size() != written + published.size()) {
      throw CliFailure.failed(
          "the run holds %d events, the subscriber got %d"
              .formatted(written + published.size(), arrived.size()));
    }
    for (int i = 0; i < arrived.size(); i++) {
      EventEnvelope envelope = arrived.get(i);
      if (envelope.getSeq() != i + 1) {
        throw CliFailure.failed("seq " + (i + 1) + " arrived as seq " + envelope.getSeq());
      }
      if (i >= written && !asPublished(envelope).equals(published.get(i - written))) {
        throw CliFailure.failed("seq " + (i + 1) + " did not arrive as it was published");
      }
    }
  }

  /** Takes out again what the daemon fills in. */
  private static Event asPublished(EventEnvelope envelope) {
    return envelope.getEvent().toBuilder().clearTs().clearSchemaVersion().build();
  }
}
