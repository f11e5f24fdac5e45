package dev.eider.it.sim;

import com.google.protobuf.MessageLite;
import dev.eider.server.base.BrokerException;
import dev.eider.server.base.ResponseStream;
import dev.eider.server.event.SequencedEvent;
import dev.eider.server.read.EncodedResponse;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A stream of one run's events to a simulated reader.
 *
 * @param <N> what is sent besides events
 */
final class SimSink<N extends MessageLite> implements ResponseStream<EncodedResponse<N>> {
  private final SimPipe pipe;
  private final SimReader<N> reader;

  SimSink(Scheduler scheduler, int room, SimReader<N> reader) {
    pipe = new SimPipe(scheduler, room);
    this.reader = reader;
  }

  @Override
  public boolean isReady() {
    return pipe.isReady();
  }

  @Override
  public void next(EncodedResponse<N> response) {
    if (response instanceof EncodedResponse.Events<N> batch) {
      pipe.send(() -> reader.sent(batch.events()), () -> reader.taken(batch.events()));
    } else if (response instanceof EncodedResponse.Plain<N> notice) {
      pipe.send(() -> reader.told(notice.message()), () -> {});
    } else {
      throw new AssertionError("the events of one run have no token: " + response);
    }
  }

  @Override
  public void end() {
    pipe.complete();
  }

  @Override
  public void fail(BrokerException reason) {
    pipe.fail(reason);
  }

  /** Takes what has come, waiting a while when nothing has; returns false at the end. */
  boolean take(long timeoutMs) {
    return pipe.take(timeoutMs);
  }

  boolean isComplete() {
    return pipe.isComplete();
  }

  @Nullable BrokerException refusal() {
    return pipe.refusal();
  }

  /** What a stream tells its reader. */
  interface SimReader<N> {
    /** Told on the daemon's thread what is on its way now. */
    void sent(List<SequencedEvent> events);

    /** Told on the reader's thread what it has taken. */
    void taken(List<SequencedEvent> events);

    /** Told on the daemon's thread what is on its way now. */
    void told(N notice);
  }
}
