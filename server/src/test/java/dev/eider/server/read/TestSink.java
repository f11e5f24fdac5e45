package dev.eider.server.read;

import dev.eider.server.base.BrokerException;
import dev.eider.server.event.SequencedEvent;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A caller that takes what it is sent while it reads, and nothing while it does not. Thread-safe.
 */
public final class TestSink<N> implements EventSink<N> {
  private final List<SequencedEvent> events = new CopyOnWriteArrayList<>();
  private final List<N> notices = new CopyOnWriteArrayList<>();
  private final List<String> story = new CopyOnWriteArrayList<>();
  private final Function<N, String> name;
  private volatile boolean ready = true;
  private volatile boolean complete;
  private volatile @Nullable BrokerException refusal;

  /** Names each notice in the story by {@code name}. */
  public TestSink(Function<N, String> name) {
    this.name = name;
  }

  public void setReady(boolean isReading) {
    ready = isReading;
  }

  public List<Long> seqs() {
    return events.stream().map(SequencedEvent::seq).toList();
  }

  public int eventCount() {
    return events.size();
  }

  public List<SequencedEvent> events() {
    return events;
  }

  public List<N> notices() {
    return notices;
  }

  /** What came, in order; events that follow one another are one word. */
  public List<String> story() {
    return story;
  }

  public boolean isComplete() {
    return complete;
  }

  @Nullable
  public BrokerException refusal() {
    return refusal;
  }

  @Override
  public boolean isReady() {
    return ready;
  }

  @Override
  public void events(List<SequencedEvent> batch) {
    events.addAll(batch);
    if (story.isEmpty() || !story.get(story.size() - 1).equals("events")) {
      story.add("events");
    }
  }

  @Override
  public void notice(N notice) {
    notices.add(notice);
    story.add(name.apply(notice));
  }

  @Override
  public void complete() {
    complete = true;
  }

  @Override
  public void fail(BrokerException reason) {
    refusal = reason;
  }
}
