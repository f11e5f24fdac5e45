package dev.eider.it.sim;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import dev.eider.it.RawEnvelope;
import dev.eider.it.RawResponse;
import dev.eider.it.sim.Scheduler.Span;
import dev.eider.it.testkit.workload.Answer;
import dev.eider.it.testkit.workload.Inflow;
import dev.eider.server.base.BrokerException;
import dev.eider.server.base.ResponseStream;
import dev.eider.server.base.StreamedCall;
import dev.eider.server.event.SequencedEvent;
import dev.eider.server.read.EncodedResponse;
import dev.eider.server.read.Readers;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A stream's way to its reader, with room for little; some readers are slow. What was sent arrives
 * even if the daemon dies meanwhile.
 */
final class SimInflow<M extends MessageLite> implements Inflow<RawResponse<M>> {
  private static final int PAUSE_MS_MAX = 40;

  private final World world;
  private final Function<byte[], M> batch;
  private final Span life;
  private final int room;
  private final Scheduler.SimSignal filled;
  private final Deque<RawResponse<M>> underWay = new ArrayDeque<>();
  private @Nullable Answer<Boolean> end;
  private @Nullable StreamedCall call;
  private boolean isLeft;

  private SimInflow(World world, Function<byte[], M> batch) {
    this.world = world;
    this.batch = batch;
    life = world.daemon().life;
    room = 1 + world.random().nextInt(4);
    filled = world.scheduler().new SimSignal();
  }

  /**
   * Begins a call on a thread of the daemon, if there is one.
   *
   * @param batch makes a response with events, but for the events, of a resume token
   */
  static <M extends MessageLite> SimInflow<M> open(
      World world,
      Function<byte[], M> batch,
      BiFunction<ResponseStream<EncodedResponse<M>>, Readers, StreamedCall> calling) {
    SimInflow<M> inflow = new SimInflow<>(world, batch);
    if (world.daemon().broker == null) {
      inflow.end = Answer.unknown();
    } else {
      world.daemon().onTheDaemon(broker -> inflow.start(broker.readers(), calling));
    }
    return inflow;
  }

  private void start(
      Readers readers,
      BiFunction<ResponseStream<EncodedResponse<M>>, Readers, StreamedCall> calling) {
    StreamedCall started = calling.apply(new Responses(), readers);
    call = started;
    try {
      started.start();
      if (isLeft) {
        started.cancel();
      }
    } catch (BrokerException refusal) {
      end(SimDaemon.refused(refusal));
    }
  }

  @Override
  public @Nullable RawResponse<M> next(long atMostMs) {
    if (underWay.isEmpty() && end == null && !life.isOver) {
      boolean unused = world.scheduler().await(filled, atMostMs);
    }
    RawResponse<M> response = underWay.poll();
    if (world.random().nextInt(3) > 0) {
      onTheCall(StreamedCall::wake);
    }
    if (response != null && world.random().nextInt(8) == 0) {
      world.scheduler().sleep(world.random().nextInt(PAUSE_MS_MAX));
    }
    return response;
  }

  private void onTheCall(Consumer<StreamedCall> action) {
    StreamedCall started = call;
    if (started != null && !life.isOver) {
      world.daemon().onTheDaemon(broker -> action.accept(started));
    }
  }

  @Override
  public boolean isOver() {
    return underWay.isEmpty() && (end != null || life.isOver);
  }

  @Override
  public Answer<Boolean> end() {
    return end == null ? Answer.unknown() : end;
  }

  private void end(Answer<Boolean> told) {
    end = told;
    filled.raise();
  }

  @Override
  public void close() {
    isLeft = true;
    onTheCall(StreamedCall::cancel);
  }

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

  private final class Responses implements ResponseStream<EncodedResponse<M>> {
    @Override
    public boolean isReady() {
      return underWay.size() < room;
    }

    @Override
    public void next(EncodedResponse<M> response) {
      if (response instanceof EncodedResponse.Events<M> events) {
        send(events.events(), batch.apply(new byte[0]));
      } else if (response instanceof EncodedResponse.TokenedEvents<M> events) {
        send(events.events().events(), batch.apply(events.resumeToken()));
      } else if (response instanceof EncodedResponse.Plain<M> notice) {
        send(List.of(), notice.message());
      }
    }

    @Override
    public void end() {
      SimInflow.this.end(Answer.of(true));
    }

    @Override
    public void fail(BrokerException refusal) {
      SimInflow.this.end(SimDaemon.refused(refusal));
    }
  }
}
