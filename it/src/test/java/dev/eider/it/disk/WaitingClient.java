package dev.eider.it.disk;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.client.EiderClient;
import dev.eider.client.MultiRunSink;
import dev.eider.client.RunPublisher;
import dev.eider.it.ColdRead;
import dev.eider.it.Daemon;
import dev.eider.it.Events;
import dev.eider.it.testkit.grpc.Play;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The Java client as a program uses it that knows nothing of disks: it publishes, and what the
 * daemon cannot take now is taken later. Owned by the test thread.
 */
final class WaitingClient implements AutoCloseable {
  private static final int EVENTS = 200;
  private static final List<String> SINK_RUNS = List.of("sink-1", "sink-2", "sink-3");

  private final Daemon daemon;
  private final EiderClient client;
  private final RunPublisher publisher;
  private final List<CompletableFuture<Long>> acks = new ArrayList<>();
  private CompletableFuture<Void> sinkClosed = CompletableFuture.completedFuture(null);

  WaitingClient(Daemon daemon) {
    this.daemon = daemon;
    client = EiderClient.connect(daemon.target());
    publisher = client.publisher("publisher");
  }

  /** Gives it events of four runs; does not wait for them. */
  void publishMuch() {
    MultiRunSink sink = client.multiRunSink();
    for (int i = 1; i <= EVENTS; i++) {
      acks.add(publisher.publish(Events.metric("", 0, "n", i)));
      for (String run : SINK_RUNS) {
        sink.accept(run, Events.metric("", 0, "n", i));
      }
    }
    sinkClosed = CompletableFuture.runAsync(sink::close);
  }

  void shouldHaveDoneItAll() {
    sinkClosed.orTimeout(Play.SOON.toSeconds(), SECONDS).join();
    for (int i = 0; i < EVENTS; i++) {
      assertThat(acks.get(i).orTimeout(Play.SOON.toSeconds(), SECONDS).join()).isEqualTo(i + 1);
    }
    for (String run : SINK_RUNS) {
      ColdRead.of(daemon.channel(), run).checker().shouldHaveAllUpTo(EVENTS);
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
