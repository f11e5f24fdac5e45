package dev.eider.it.sim;

import dev.eider.server.run.BrokerException;
import dev.eider.server.run.SequencedEvent;
import dev.eider.server.subscribe.EventSink;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A stream's way to its reader, with room for little. What is sent counts as seen at once, whether
 * the reader takes it or not.
 *
 * @param <N> what is sent besides events
 */
final class SimSink<N> implements EventSink<N> {
  private final Scheduler scheduler;
  private final int room;
  private final SimReader<N> reader;
  private final Scheduler.SimSignal filled;
  private final Deque<Runnable> underWay = new ArrayDeque<>();
  private boolean isEnded;
  private boolean isComplete;
  private @Nullable BrokerException refusal;

  SimSink(Scheduler scheduler, int room, SimReader<N> reader) {
    this.scheduler = scheduler;
    this.room = room;
    this.reader = reader;
    filled = scheduler.new SimSignal();
  }

  @Override
  public boolean isReady() {
    return underWay.size() < room;
  }

  @Override
  public void events(List<SequencedEvent> events) {
    scheduler.pause();
    reader.sent(events);
    add(() -> reader.taken(events));
    scheduler.pause();
  }

  @Override
  public void notice(N notice) {
    reader.told(notice);
    add(() -> {});
    scheduler.pause();
  }

  private void add(Runnable part) {
    underWay.add(part);
    filled.raise();
  }

  @Override
  public void complete() {
    isComplete = true;
    isEnded = true;
    filled.raise();
  }

  @Override
  public void fail(BrokerException reason) {
    refusal = reason;
    isEnded = true;
    filled.raise();
  }

  /** Takes what has come, waiting a while when nothing has; returns false at the end. */
  boolean take(long timeoutMs) {
    if (underWay.isEmpty() && !isEnded) {
      boolean unused = scheduler.await(filled, timeoutMs);
    }
    Runnable part = underWay.poll();
    if (part != null) {
      part.run();
    }
    return part != null || !isEnded;
  }

  boolean isComplete() {
    return isComplete;
  }

  @Nullable BrokerException refusal() {
    return refusal;
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
