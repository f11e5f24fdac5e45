package dev.eider.client;

import dev.eider.v1.Event;
import dev.eider.v1.Producer;
import dev.eider.v1.PublishRequest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What one publisher has taken and not settled, in order: batches that were sent, then sealed ones
 * that were not, then the open one.
 *
 * <p>Invariants: producer seqs are contiguous from the first sent batch to the open one; a sealed
 * batch never changes; an answer counts only in the attempt in which its request was sent. After a
 * {@link #rewind} only the first batch is sent until it is answered, so that a daemon that cannot
 * take it is not flooded with all that follows.
 *
 * <p>Not thread-safe: guarded by the lock of its publisher.
 */
final class PublishWindow {
  private final String runId;
  private final String producerId;
  private final PublisherConfig config;
  private final Deque<PublishBatch> sent = new ArrayDeque<>();
  private final Deque<PublishBatch> sealed = new ArrayDeque<>();
  private List<Event> openEvents = new ArrayList<>();
  private List<CompletableFuture<Long>> openAcks = new ArrayList<>();
  private long openBytes;
  private long nextProducerSeq = 1;
  private int attempt;
  private boolean probing;

  PublishWindow(String runId, String producerId, PublisherConfig config) {
    this.runId = runId;
    this.producerId = producerId;
    this.config = config;
  }

  /** Adds an event to the open batch, which is sealed before or after when it is full. */
  void add(Event event, long bytes, CompletableFuture<Long> ack) {
    if (openBytes + bytes > config.batchBytesMax()) {
      seal();
    }
    openEvents.add(event);
    openAcks.add(ack);
    openBytes += bytes;
    nextProducerSeq++;
    if (openEvents.size() == config.batchEventsMax() || openBytes >= config.batchBytesMax()) {
      seal();
    }
  }

  /** Fixes the open batch; does nothing when it is empty. */
  void seal() {
    if (openEvents.isEmpty()) {
      return;
    }
    PublishRequest request =
        PublishRequest.newBuilder()
            .setRunId(runId)
            .addAllEvents(openEvents)
            .setOpenIfMissing(config.openIfMissing())
            .setProducer(
                Producer.newBuilder()
                    .setId(producerId)
                    .setEpoch(config.epoch())
                    .setSeq(nextProducerSeq - openEvents.size()))
            .build();
    sealed.add(new PublishBatch(request, openAcks, openBytes));
    openEvents = new ArrayList<>();
    openAcks = new ArrayList<>();
    openBytes = 0;
  }

  /** The next batch to send, which counts as sent from now on; null when there is none. */
  @Nullable PublishBatch send() {
    if (!hasSendable()) {
      return null;
    }
    PublishBatch next = sealed.remove();
    sent.add(next);
    return next;
  }

  boolean hasSendable() {
    return !sealed.isEmpty() && !(probing && !sent.isEmpty());
  }

  boolean hasOpen() {
    return !openEvents.isEmpty();
  }

  /** Says whether everything is settled. */
  boolean isEmpty() {
    return sent.isEmpty() && sealed.isEmpty() && openEvents.isEmpty();
  }

  /** Says whether no answer is awaited. */
  boolean sentNothing() {
    return sent.isEmpty();
  }

  /** Says whether this is the producer seq of the oldest batch that was sent. */
  boolean isFirstSent(long firstProducerSeq) {
    PublishBatch first = sent.peek();
    return first != null && first.firstProducerSeq() == firstProducerSeq;
  }

  /** Takes out the oldest batch that was sent, which was accepted. */
  PublishBatch settleFirst() {
    probing = false;
    return sent.remove();
  }

  /** Takes everything sent for unsent, to be sent again as it is in a new attempt. */
  void rewind() {
    while (!sent.isEmpty()) {
      sealed.addFirst(sent.removeLast());
    }
    attempt++;
    probing = true;
  }

  /** Takes out everything, oldest first. */
  List<PublishBatch> drain() {
    seal();
    List<PublishBatch> all = new ArrayList<>(sent);
    all.addAll(sealed);
    sent.clear();
    sealed.clear();
    return all;
  }

  /** Counts the rewinds. */
  int attempt() {
    return attempt;
  }

  /** The producer's number of the newest event, 0 when there was none. */
  long lastProducerSeq() {
    return nextProducerSeq - 1;
  }
}
