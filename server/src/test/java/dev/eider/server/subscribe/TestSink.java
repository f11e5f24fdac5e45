package dev.eider.server.subscribe;

import dev.eider.server.run.BrokerException;
import dev.eider.server.run.SequencedEvent;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A caller that takes what it is sent while it reads, and nothing while it does not. Thread-safe.
 */
final class TestSink<N> implements EventSink<N> {
  private final List<SequencedEvent> events = new CopyOnWriteArrayList<>();
  private final List<N> notices = new CopyOnWriteArrayList<>();
  private final List<String> story = new CopyOnWriteArrayList<>();
  private final Function<N, String> name;
  private volatile boolean ready = true;
  private volatile boolean complete;
  private volatile @Nullable BrokerException refusal;

  /** Names each notice in the story by {@code name}. */
  TestSink(Function<N, String> name) {
    this.name = name;
  }

  void setReady(boolean isReading) {
    ready = isReading;
  }

  List<Long> seqs() {
    return events.stream().map(SequencedEvent::seq).toList();
  }

  int eventCount() {
    return events.size();
  }

  List<SequencedEvent> events() {
    return events;
  }

  List<N> notices() {
    return notices;
  }

  /** What came, in order; events that follow one another are one word. */
  List<String> story() {
    return story;
  }

  boolean isComplete() {
    return complete;
  }

  @Nullable BrokerException refusal() {
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
