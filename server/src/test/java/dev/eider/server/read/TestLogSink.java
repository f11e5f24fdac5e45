package dev.eider.server.read;

import dev.eider.server.base.BrokerException;
import dev.eider.server.base.ResponseStream;
import dev.eider.server.event.SequencedEvent;
import dev.eider.v1.EventEnvelope;
import dev.eider.v1.SubscribeAllResponse;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A caller that takes the events of all runs while it reads, and nothing while it does not.
 * Thread-safe.
 */
public final class TestLogSink implements ResponseStream<EncodedResponse<SubscribeAllResponse>> {
  /** What came, and the token that came with it. */
  public record Batch(List<String> names, byte[] token) {}

  private final List<Batch> batches = new CopyOnWriteArrayList<>();
  private final List<String> story = new CopyOnWriteArrayList<>();
  private final List<byte[]> tokens = new CopyOnWriteArrayList<>();
  private volatile boolean ready = true;
  private volatile @Nullable BrokerException refusal;

  public void setReady(boolean isReading) {
    ready = isReading;
  }

  public List<Batch> batches() {
    return batches;
  }

  /** Run, seq and hash of each event, in order. */
  public List<String> names() {
    return batches.stream().flatMap(batch -> batch.names().stream()).toList();
  }

  public int eventCount() {
    return batches.stream().mapToInt(batch -> batch.names().size()).sum();
  }

  /** The token of the latest response. */
  public byte[] token() {
    return tokens.get(tokens.size() - 1);
  }

  /** What came, in order; events that follow one another are one word. */
  public List<String> story() {
    return story;
  }

  @Nullable BrokerException refusal() {
    return refusal;
  }

  @Override
  public boolean isReady() {
    return ready;
  }

  @Override
  public void next(EncodedResponse<SubscribeAllResponse> response) {
    if (response instanceof EncodedResponse.TokenedEvents<SubscribeAllResponse> batch) {
      events(batch.events().events(), batch.resumeToken());
    } else if (response instanceof EncodedResponse.Plain<SubscribeAllResponse> notice) {
      notice(notice.message());
    } else {
      throw new AssertionError("events without a token: " + response);
    }
  }

  private void events(List<SequencedEvent> events, byte[] resumeToken) {
    batches.add(new Batch(events.stream().map(TestLogSink::name).toList(), resumeToken));
    tokens.add(resumeToken);
    if (story.isEmpty() || !story.get(story.size() - 1).equals("events")) {
      story.add("events");
    }
  }

  private static String name(SequencedEvent event) {
    EventEnvelope envelope = event.parse();
    return envelope.getRunId() + " " + envelope.getSeq() + " " + envelope.getEvent().hashCode();
  }

  private void notice(SubscribeAllResponse notice) {
    tokens.add(notice.getResumeToken().toByteArray());
    story.add(notice.getResponseCase().name().toLowerCase(Locale.ROOT));
  }

  @Override
  public void end() {
    throw new AssertionError("a stream of all runs does not end by itself");
  }

  @Override
  public void fail(BrokerException reason) {
    refusal = reason;
  }
}
