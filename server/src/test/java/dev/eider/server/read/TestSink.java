package dev.eider.server.read;

import com.google.common.collect.MoreCollectors;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.eider.server.base.BrokerException;
import dev.eider.server.base.ResponseStream;
import dev.eider.server.event.SequencedEvent;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A caller that takes what it is sent while it reads, and nothing while it does not. Thread-safe.
 */
public final class TestSink<N extends Message> implements ResponseStream<EncodedResponse<N>> {
  private final List<SequencedEvent> events = new CopyOnWriteArrayList<>();
  private final List<N> notices = new CopyOnWriteArrayList<>();
  private final List<String> story = new CopyOnWriteArrayList<>();
  private final List<byte[]> tokens = new CopyOnWriteArrayList<>();
  private volatile boolean ready = true;
  private volatile boolean complete;
  private volatile @Nullable BrokerException refusal;

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

  /** Those that came with events. */
  public List<byte[]> tokens() {
    return tokens;
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
  public void next(EncodedResponse<N> response) {
    if (response instanceof EncodedResponse.Events<N> batch) {
      take(batch);
    } else if (response instanceof EncodedResponse.TokenedEvents<N> batch) {
      take(batch.events());
      tokens.add(batch.resumeToken());
    } else if (response instanceof EncodedResponse.Plain<N> notice) {
      notices.add(notice.message());
      story.add(name(notice.message()));
    }
  }

  /** Returns which of its responses it is, such as caught_up. */
  private static String name(Message notice) {
    return notice.getAllFields().keySet().stream()
        .filter(field -> field.getJavaType() == FieldDescriptor.JavaType.MESSAGE)
        .map(FieldDescriptor::getName)
        .collect(MoreCollectors.onlyElement());
  }

  private void take(EncodedResponse.Events<N> batch) {
    events.addAll(batch.events());
    if (story.isEmpty() || !story.get(story.size() - 1).equals("events")) {
      story.add("events");
    }
  }

  /** The same caller, of a stream that carries notices alone. */
  public ResponseStream<N> ofNotices() {
    return new Notices();
  }

  @Override
  public void end() {
    complete = true;
  }

  @Override
  public void fail(BrokerException reason) {
    refusal = reason;
  }

  private final class Notices implements ResponseStream<N> {
    @Override
    public boolean isReady() {
      return TestSink.this.isReady();
    }

    @Override
    public void next(N notice) {
      TestSink.this.next(new EncodedResponse.Plain<>(notice));
    }

    @Override
    public void end() {
      TestSink.this.end();
    }

    @Override
    public void fail(BrokerException reason) {
      TestSink.this.fail(reason);
    }
  }
}
