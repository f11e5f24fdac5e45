package dev.eider.server.run;

/** Events whose producer seqs and run seqs are both consecutive. Immutable. */
public record Stretch(long producerSeq, long seq, long length) {
  boolean isContinuedBy(long nextProducerSeq, long nextSeq) {
    return nextProducerSeq == producerSeq + length && nextSeq == seq + length;
  }

  Stretch extended(long by) {
    return new Stretch(producerSeq, seq, length + by);
  }

  boolean holds(long wanted) {
    return wanted >= producerSeq && wanted < producerSeq + length;
  }

  long seqOf(long wanted) {
    return seq + (wanted - producerSeq);
  }
}
