package dev.eider.client;

import dev.eider.v1.PublishRequest;
import dev.eider.v1.PublishResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A publish request that no longer changes, with its events' futures and size in the budget. */
record PublishBatch(PublishRequest request, List<CompletableFuture<Long>> acks, long bytes) {

  /** Returns the producer seq of the first event. */
  long firstProducerSeq() {
    return request.getProducer().getSeq();
  }

  /** Returns the producer seq of the last event. */
  long lastProducerSeq() {
    return firstProducerSeq() + acks.size() - 1;
  }

  /** Completes the futures with the seqs, or with 0 if the daemon no longer knows them. */
  void complete(PublishResponse response) {
    long first = response.getFirstSeq();
    for (int i = 0; i < acks.size(); i++) {
      acks.get(i).complete(first == 0 ? 0 : first + i);
    }
  }

  void fail(EiderException failure) {
    for (CompletableFuture<Long> ack : acks) {
      ack.completeExceptionally(failure);
    }
  }
}
