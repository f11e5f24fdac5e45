package dev.eider.it.sim;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import dev.eider.it.RawEnvelope;
import dev.eider.it.RawResponse;
import dev.eider.it.sim.Scheduler.Span;
import dev.eider.it.testkit.workload.Answer;
import dev.eider.it.testkit.workload.Inflow;
import dev.eider.server.Broker;
import dev.eider.server.base.BrokerException;
import dev.eider.server.base.ResponseStream;
import dev.eider.server.event.SequencedEvent;
import dev.eider.server.read.EncodedResponse;
import dev.eider.v1.EventBatch;
import dev.eider.v1.SubscribeAllResponse;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A stream's way to its reader, with room for little; some readers are slow. What was sent arrives
 * even if the daemon dies meanwhile.
 */
abstract class SimInflow<M extends MessageLite> implements Inflow<M> {
  private static final int PAUSE_MS_MAX = 40;

  private final World world;
  private final Span life;
  private final int room;
  private final Scheduler.SimSignal filled;
  private final Deque<RawResponse<M>> underWay = new ArrayDeque<>();
  private @Nullable Answer<Boolean> end;
  private @Nullable Runnable wake;
  private @Nullable Runnable cancel;
  private boolean isLeft;

  private SimInflow(World world) {
    this.world = world;
    life = world.daemon().life();
    room = 1 + world.random().nextInt(4);
    filled = world.scheduler().new SimSignal();
  }

  /** Begins on a thread of the daemon, if there is one. */
  void start(Consumer<Broker> starting) {
    if (world.daemon().broker() == null) {
      end = Answer.unknown();
      return;
    }
    world
        .daemon()
        .onTheDaemon(
            running -> {
              try {
                starting.accept(running);
                if (isLeft && cancel != null) {
                  cancel.run();
                }
              } catch (BrokerException refusal) {
                fail(refusal);
              }
            });
  }

  /** Sets what moves the stream on, and what ends it. */
  void control(Runnable waking, Runnable cancelling) {
    wake = waking;
    cancel = cancelling;
  }

  @Override
  public @Nullable RawResponse<M> next(long atMostMs) {
    if (underWay.isEmpty() && end == null && !life.isOver()) {
      boolean unused = world.scheduler().await(filled, atMostMs);
    }
    RawResponse<M> response = underWay.poll();
    if (!life.isOver() && wake != null && world.random().nextInt(3) > 0) {
      Runnable waking = wake;
      world.daemon().onTheDaemon(running -> waking.run());
    }
    if (response != null && world.random().nextInt(8) == 0) {
      world.scheduler().sleep(world.random().nextInt(PAUSE_MS_MAX));
    }
    return response;
  }

  @Override
  public boolean isOver() {
    return underWay.isEmpty() && (end != null || life.isOver());
  }

  @Override
  public Answer<Boolean> end() {
    return end == null ? Answer.unknown() : end;
  }

  @Override
  public void close() {
    isLeft = true;
    Runnable cancelling = cancel;
    if (cancelling != null && !life.isOver()) {
      world.daemon().onTheDaemon(running -> cancelling.run());
    }
  }

  /** Returns the daemon's end. */
  ResponseStream<EncodedResponse<M>> responses() {
    return new Responses();
  }

  /** Returns a response with events, but for the events. */
  abstract M batch(byte[] resumeToken);

  private void send(List<SequencedEvent> events, M message) {
    world.scheduler().pause();
    underWay.add(
        new RawResponse<>(
            message,
            events.stream()
                .map(event -> RawEnvelope.ofBytes(ByteString.copyFrom(event.envelope())))
                .toList()));
    filled.raise();
    world.scheduler().pause();
  }

  private void fail(BrokerException refusal) {
    end = SimDaemon.refused(refusal);
    filled.raise();
  }

  private final class Responses implements ResponseStream<EncodedResponse<M>> {
    @Override
    public boolean isReady() {
      return underWay.size() < room;
    }

    @Override
    public void next(EncodedResponse<M> response) {
      if (response instanceof EncodedResponse.Events<M> batch) {
        send(batch.events(), batch(new byte[0]));
      } else if (response instanceof EncodedResponse.TokenedEvents<M> batch) {
        send(batch.events().events(), batch(batch.resumeToken()));
      } else if (response instanceof EncodedResponse.Plain<M> notice) {
        send(List.of(), notice.message());
      }
    }

    @Override
    public void end() {
      end = Answer.of(true);
      filled.raise();
    }

    @Override
    public void fail(BrokerException refusal) {
      SimInflow.this.fail(refusal);
    }
  }

  /** A stream of one run. */
  static final class OfRun<M extends MessageLite> extends SimInflow<M> {
    private final M eventsMessage;

    /**
     * @param eventsMessage a response with events, but for the events
     */
    OfRun(World world, M eventsMessage) {
      super(world);
      this.eventsMessage = eventsMessage;
    }

    @Override
    M batch(byte[] resumeToken) {
      return eventsMessage;
    }
  }

  /** A stream of all runs. */
  static final class OfAll extends SimInflow<SubscribeAllResponse> {
    OfAll(World world) {
      super(world);
    }

    @Override
    SubscribeAllResponse batch(byte[] resumeToken) {
      return SubscribeAllResponse.newBuilder()
          .setEvents(EventBatch.getDefaultInstance())
          .setResumeToken(ByteString.copyFrom(resumeToken))
          .build();
    }
  }
}
