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
 * The unsettled events of one publisher, in order: batches in flight, then sealed batches not yet
 * sent, then the open batch.
 *
 * <p>Invariants: producer seqs are contiguous from the first batch in flight to the open one; a
 * sealed batch never changes; an answer counts only in the attempt in which its request was sent.
 * After a {@link #rewind} only the first batch is sent until it is answered, so that a daemon that
 * has to refuse it is not flooded with the rest.
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

  /** Adds an event to the open batch, which is sealed before if it does not fit, after if full. */
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

  /** Seals the open batch; does nothing if it is empty. */
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

  /** Moves the next sealed batch into flight and returns it; null if none may be sent. */
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

  /** Returns whether everything is settled. */
  boolean isEmpty() {
    return sent.isEmpty() && sealed.isEmpty() && openEvents.isEmpty();
  }

  /** Returns whether no batch awaits an answer. */
  boolean hasNothingInFlight() {
    return sent.isEmpty();
  }

  /** Returns whether the oldest batch in flight begins with this producer seq. */
  boolean isFirstSent(long firstProducerSeq) {
    PublishBatch first = sent.peek();
    return first != null && first.firstProducerSeq() == firstProducerSeq;
  }

  /** Removes and returns the oldest batch in flight, which the daemon has accepted. */
  PublishBatch settleFirst() {
    probing = false;
    return sent.remove();
  }

  /** Moves all batches in flight back to the sealed ones, to be sent again in a new attempt. */
  void rewind() {
    while (!sent.isEmpty()) {
      sealed.addFirst(sent.removeLast());
    }
    attempt++;
    probing = true;
  }

  /** Removes and returns everything, oldest first. */
  List<PublishBatch> drain() {
    seal();
    List<PublishBatch> all = new ArrayList<>(sent);
    all.addAll(sealed);
    sent.clear();
    sealed.clear();
    return all;
  }

  /** Returns the number of rewinds. */
  int attempt() {
    return attempt;
  }

  /** Returns the producer seq of the newest event; 0 if there was none. */
  long lastProducerSeq() {
    return nextProducerSeq - 1;
  }
}
